#include "api/note_answers.hpp"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "api/entity_tag.hpp"
#include "api/json.hpp"
#include "api/operation_parts.hpp"
#include "api/page_request.hpp"
#include "base/error.hpp"
#include "http/problem.hpp"

namespace notes::api {

using domain::Note;
using domain::NoteId;
using http::Request;
using http::Response;

NoteId note_id(const Request& request) {
  const auto text = request.path_value("id");
  const auto id = NoteId::parse(text);
  if (!id) throw Error(ErrorCode::not_found, fmt::format("there is no note {}", text));
  return *id;
}

Response note_response(int status, const Note& note) {
  auto response = http::respond(status, kJson, to_json(note));
  response.headers.add("ETag", entity_tag(note.version));
  return response;
}

Response created(const Note& note) {
  auto response = note_response(201, note);
  response.headers.add("Location", fmt::format("/api/v1/notes/{}", to_string(note.id)));
  return response;
}

Response stale(const Request& request, NoteId id, const service::Stale& stale) {
  const auto what = stale.current ? fmt::format(
                                        "note {} has version {}, which the request does "
                                        "not allow to be changed",
                                        to_string(id), *stale.current)
                                  : fmt::format("the id {} is taken", to_string(id));
  auto response = http::respond(http::problem_of(Error(ErrorCode::stale, what)), request);
  if (stale.current) response.headers.add("ETag", entity_tag(*stale.current));
  return response;
}

bool is_permanent(const Request& request) {
  const auto value = request.query_value("permanent");
  if (!value || *value == "false") return false;
  if (*value == "true") return true;
  throw Error({{"permanent", "not_a_switch", "must be true or false"}});
}

Response found(const Request& request, const Note& note) {
  if (const auto field = request.headers.combined("If-None-Match")) {
    if (read_tag_list(*field, TagComparison::weak).includes(note.version)) {
      Response response{.status = 304, .headers = {}, .body = {}};
      response.headers.add("ETag", entity_tag(note.version));
      return response;
    }
  }
  return note_response(200, note);
}

Response listed(const Request& request, const PageRequest& asked, const service::NotePage& page,
                const domain::Actor& actor, const identity::TokenSigner& cursor_signer) {
  std::optional<std::string> next_cursor;
  if (page.next) next_cursor = asked.cursor_of(*page.next, actor, cursor_signer);
  auto response = http::respond(200, kJson, to_json(page, next_cursor, asked.fields));
  if (next_cursor) response.headers.add("Link", next_link(request, *next_cursor));
  return response;
}

}  // namespace notes::api
