#include "api/note_handlers.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "api/entity_tag.hpp"
#include "api/json.hpp"
#include "api/note_reader.hpp"
#include "api/page_request.hpp"
#include "base/error.hpp"

namespace notes::api {
namespace {

using domain::Actor;
using domain::Note;
using domain::NoteId;
using http::Request;
using http::Response;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";

/// As long as there are no accounts, every request is the local user's: the server listens on
/// loopback only.
Actor actor_of(const Request&) { return Actor{}; }

NoteId note_id(const Request& request) {
  const auto text = request.path_value("id");
  const auto id = NoteId::parse(text);
  if (!id) throw Error(ErrorCode::not_found, fmt::format("there is no note {}", text));
  return *id;
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The media type without parameters, in lower case (RFC 9110 §8.3.1).
std::string media_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ') || content_type.ends_with('\t')) content_type.remove_suffix(1);
  std::string type(content_type);
  for (char& c : type) c = ascii_lower(c);
  return type;
}

/// A body without a Content-Type is taken as JSON (RFC 9110 §8.3 leaves that to the recipient).
void require_media_type(const Request& request, std::initializer_list<std::string_view> accepted) {
  const auto field = request.headers.find("Content-Type");
  if (!field) return;
  const auto type = media_type(*field);
  for (const auto candidate : accepted) {
    if (type == candidate) return;
  }
  throw Error(ErrorCode::unsupported,
              fmt::format("Content-Type: expected {}, got {}",
                          fmt::join(accepted.begin(), accepted.end(), " or "), *field));
}

Response note_response(int status, const Note& note) {
  auto response = http::respond(status, kJson, to_json(note));
  response.headers.add("ETag", entity_tag(note.version));
  return response;
}

Error stale(NoteId id, std::string_view field) {
  return {ErrorCode::stale,
          fmt::format("note {} is not in a version that If-Match lists: {}", to_string(id), field)};
}

/// The one version that the request allows to be changed; nullopt when it has no If-Match or allows
/// any. A list of several is held against the version as it is now; the UPDATE still decides.
std::optional<std::int64_t> expected_version(const Request& request, const Actor& actor, NoteId id,
                                             service::Notes& notes) {
  const auto field = request.headers.combined("If-Match");
  if (!field) return std::nullopt;
  const auto list = read_tag_list(*field, TagComparison::strong);
  if (list.any) return std::nullopt;
  if (list.versions.size() == 1) return list.versions.front();
  const auto current = notes.get(actor, id).version;
  if (!list.includes(current)) throw stale(id, *field);
  return current;
}

}  // namespace

NoteHandlers::NoteHandlers(service::Notes& notes, const identity::TokenSigner& cursor_signer)
    : notes_(notes), cursor_signer_(cursor_signer) {}

Response NoteHandlers::create(const Request& request) {
  require_media_type(request, {kJson});
  const auto note = notes_.create(actor_of(request), read_note_draft(request.body));
  auto response = note_response(201, note);
  response.headers.add("Location", fmt::format("/api/v1/notes/{}", to_string(note.id)));
  return response;
}

Response NoteHandlers::get(const Request& request) {
  const auto note = notes_.get(actor_of(request), note_id(request));
  if (const auto field = request.headers.combined("If-None-Match")) {
    if (read_tag_list(*field, TagComparison::weak).includes(note.version)) {
      Response response{.status = 304, .headers = {}, .body = {}};
      response.headers.add("ETag", entity_tag(note.version));
      return response;
    }
  }
  return note_response(200, note);
}

Response NoteHandlers::list(const Request& request) {
  const auto actor = actor_of(request);
  const auto asked = PageRequest::from(request, actor, cursor_signer_);
  const auto page = notes_.list(actor, asked.limit, asked.after);
  std::optional<std::string> next_cursor;
  if (page.next) next_cursor = cursor_of(*page.next, actor, cursor_signer_);
  return http::respond(200, kJson, to_json(page, next_cursor));
}

Response NoteHandlers::patch(const Request& request) {
  require_media_type(request, {kMergePatch, kJson});
  const auto actor = actor_of(request);
  const auto id = note_id(request);
  const auto patch = read_note_patch(request.body);
  const auto expected = expected_version(request, actor, id, notes_);
  return note_response(200, notes_.patch(actor, id, patch, expected));
}

Response NoteHandlers::trash(const Request& request) {
  const auto actor = actor_of(request);
  const auto id = note_id(request);
  notes_.trash(actor, id, expected_version(request, actor, id, notes_));
  return {.status = 204, .headers = {}, .body = {}};
}

}  // namespace notes::api
