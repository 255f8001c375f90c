#include "api/operations.hpp"

#include <iterator>

#include "api/account_json.hpp"
#include "api/account_reader.hpp"
#include "api/json.hpp"
#include "api/note_batch_request.hpp"
#include "api/note_reader.hpp"
#include "api/note_transfer.hpp"
#include "api/search_json.hpp"

namespace notes::api {
namespace {

template <typename Item>
void append(std::vector<Item>& all, std::vector<Item> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

http::ApiDescription api_description(std::string_view version) {
  http::ApiDescription api{
      .title = "Notes",
      .version = version,
      .description =
          "Notes over HTTP/1.1 and JSON. What is below /api/v1/notes is below /api/notes as well. "
          "HEAD is answered wherever GET is, OPTIONS with the methods of a path. A path that is "
          "not listed here is 404. Every error is a problem (RFC 9457).",
      .tags = {{"Notes", "Notes and their trash."},
               {"Accounts", "Who calls, sessions and access tokens."},
               {"Service", "The service itself."}},
      .operations = {},
      .schemas = {}};
  append(api.operations, contract_operations());
  append(api.operations, probe_operations());
  append(api.operations, note_operations());
  append(api.operations, note_history_operations());
  append(api.operations, search_operations());
  append(api.operations, account_operations());
  append(api.schemas, written_schemas());
  append(api.schemas, search_schemas());
  append(api.schemas, account_schemas());
  append(api.schemas, account_reader_schemas());
  append(api.schemas, note_reader_schemas());
  append(api.schemas, note_batch_schemas());
  append(api.schemas, note_transfer_schemas());
  return api;
}

}  // namespace notes::api
