#include "api/search_handlers.hpp"

#include <optional>
#include <string>

#include "api/operation_parts.hpp"
#include "api/search_json.hpp"
#include "api/search_request.hpp"

namespace notes::api {

http::Response SearchHandlers::search(const http::Request& request, const domain::Actor& actor) {
  const auto asked = SearchRequest::from(request, actor, cursor_signer_);
  const auto page = search_.find(actor, asked.search);
  std::optional<std::string> next_cursor;
  if (page.next) next_cursor = asked.page.cursor_of(*page.next, actor, cursor_signer_);
  auto response = http::respond(200, kJson, to_json(page, next_cursor, asked.page.fields));
  if (next_cursor) response.headers.add("Link", next_link(request, *next_cursor));
  return response;
}

}  // namespace notes::api
