#include "api/note_handlers.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "api/change_feed.hpp"
#include "api/entity_tag.hpp"
#include "api/json.hpp"
#include "api/media_type.hpp"
#include "api/note_answers.hpp"
#include "api/note_batch_request.hpp"
#include "api/note_reader.hpp"
#include "api/note_transfer.hpp"
#include "api/operation_parts.hpp"
#include "api/page_request.hpp"
#include "api/revision_request.hpp"
#include "base/error.hpp"
#include "http/problem.hpp"

namespace notes::api {
namespace {

using domain::Actor;
using domain::Note;
using domain::NoteId;
using http::Request;
using http::Response;

std::int64_t revision_version(const Request& request) {
  const auto text = request.path_value("version");
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error == std::errc{} && end == text.data() + text.size() && version >= 1) return version;
  throw Error(ErrorCode::not_found, fmt::format("there is no version {}", text));
}

Response answer(const Request& request, NoteId id, const service::Changed& changed) {
  if (const auto* note = std::get_if<Note>(&changed)) return note_response(200, *note);
  return stale(request, id, std::get<service::Stale>(changed));
}

Response answer(const Request& request, NoteId id, const std::optional<service::Stale>& failed) {
  if (failed) return stale(request, id, *failed);
  return {.status = 204, .headers = {}, .body = {}};
}

}  // namespace

/// What the request says of the version that it may change.
struct NoteHandlers::Precondition {
  std::optional<std::int64_t> expected;  ///< none: any version
  std::optional<service::Stale> failed;  ///< it cannot be met
};

NoteHandlers::NoteHandlers(service::Notes& notes, Idempotency& idempotency,
                           const identity::TokenSigner& cursor_signer, IfMatch if_match)
    : notes_(notes),
      idempotency_(idempotency),
      cursor_signer_(cursor_signer),
      if_match_(if_match) {}

/// A list of several tags is held against the version as it is now; the UPDATE still decides.
NoteHandlers::Precondition NoteHandlers::precondition(const Request& request, const Actor& actor,
                                                      NoteId id) const {
  const auto field = request.headers.combined("If-Match");
  if (!field) return {};
  const auto list = read_tag_list(*field, TagComparison::strong);
  if (list.any) return {};
  if (list.versions.size() == 1) return {.expected = list.versions.front(), .failed = {}};
  const auto current = notes_.version(actor, id);
  if (!list.includes(current)) return {.expected = {}, .failed = service::Stale{current}};
  return {.expected = current, .failed = {}};
}

void NoteHandlers::require_if_match(const Request& request) const {
  if (if_match_ == IfMatch::optional || request.headers.find("If-Match")) return;
  throw Error(ErrorCode::unconfirmed,
              "If-Match is required (server.require_if_match): send the note's ETag, or * to "
              "change it in any version");
}

Response NoteHandlers::create(const Request& request, const Actor& actor) {
  require_media_type(request, {kJson});
  const auto draft = read_note_draft(request.body);
  return idempotency_.once(request, actor, [&](const Idempotency::Key& key) {
    if (!key) return created(notes_.create(actor, draft));
    const auto done = notes_.create(actor, draft, Idempotency::receipt<Note>(*key, created));
    if (const auto* note = std::get_if<Note>(&done)) return created(*note);
    return idempotency_.replay(std::get<domain::ReceiptAnswer>(done));
  });
}

Response NoteHandlers::create_as(const Request& request, const Actor& actor, NoteId id,
                                 const domain::NoteDraft& draft) {
  if (request.headers.combined("If-None-Match") != "*" || request.headers.find("If-Match")) {
    throw Error(ErrorCode::malformed,
                "PUT takes If-Match with the tag of the note that it replaces, or If-None-Match: * "
                "to make one, and not both");
  }
  const auto made = notes_.create_as(actor, id, draft);
  if (const auto* note = std::get_if<Note>(&made)) return created(*note);
  return stale(request, id, std::get<service::Stale>(made));
}

Response NoteHandlers::get(const Request& request, const Actor& actor) {
  return found(request, notes_.get(actor, note_id(request)));
}

Response NoteHandlers::list(const Request& request, const Actor& actor) {
  const auto asked = PageRequest::from(request, actor, cursor_signer_);
  return listed(request, asked, notes_.list(actor, asked.query, asked.totals), actor,
                cursor_signer_);
}

Response NoteHandlers::replace(const Request& request, const Actor& actor) {
  require_media_type(request, {kJson});
  const auto id = note_id(request);
  const auto draft = read_note_draft(request.body);
  if (request.headers.find("If-None-Match")) return create_as(request, actor, id, draft);
  require_if_match(request);
  const auto condition = precondition(request, actor, id);
  if (condition.failed) return stale(request, id, *condition.failed);
  return answer(request, id, notes_.replace(actor, id, draft, condition.expected));
}

Response NoteHandlers::patch(const Request& request, const Actor& actor) {
  require_media_type(request, {kMergePatch, kJson});
  const auto id = note_id(request);
  const auto patch = read_note_patch(request.body);
  require_if_match(request);
  const auto condition = precondition(request, actor, id);
  if (condition.failed) return stale(request, id, *condition.failed);
  return answer(request, id, notes_.patch(actor, id, patch, condition.expected));
}

Response NoteHandlers::trash(const Request& request, const Actor& actor) {
  const auto id = note_id(request);
  const bool permanent = is_permanent(request);
  const auto condition = precondition(request, actor, id);
  if (condition.failed) return stale(request, id, *condition.failed);
  return answer(request, id,
                permanent ? notes_.delete_for_good(actor, id, condition.expected)
                          : notes_.trash(actor, id, condition.expected));
}

template <typename Change>
Response NoteHandlers::change_once(const Request& request, const Actor& actor, NoteId id,
                                   Change change) {
  return idempotency_.once(request, actor, [&](const Idempotency::Key& key) {
    const auto condition = precondition(request, actor, id);
    if (condition.failed) return stale(request, id, *condition.failed);
    if (!key) return answer(request, id, change(condition.expected));
    const auto respond = [&](const service::Changed& changed) {
      return answer(request, id, changed);
    };
    const auto done =
        change(condition.expected, Idempotency::receipt<service::Changed>(*key, respond));
    if (const auto* changed = std::get_if<service::Changed>(&done)) return respond(*changed);
    return idempotency_.replay(std::get<domain::ReceiptAnswer>(done));
  });
}

Response NoteHandlers::restore(const Request& request, const Actor& actor) {
  const auto id = note_id(request);
  return change_once(request, actor, id, [&](auto expected, const auto&... receipt) {
    return notes_.restore(actor, id, expected, receipt...);
  });
}

Response NoteHandlers::batch(const Request& request, const Actor& actor) {
  require_media_type(request, {kJson});
  using Results = std::vector<service::OperationResult>;
  const auto operations = read_note_batch(request.body);
  const auto respond = [](const Results& results) {
    return http::respond(200, kJson, to_json(results));
  };
  return idempotency_.once(request, actor, [&](const Idempotency::Key& key) {
    if (!key) return respond(notes_.batch(actor, operations));
    const auto done = notes_.batch(actor, operations, Idempotency::receipt<Results>(*key, respond));
    if (const auto* results = std::get_if<Results>(&done)) return respond(*results);
    return idempotency_.replay(std::get<domain::ReceiptAnswer>(done));
  });
}

Response NoteHandlers::revisions(const Request& request, const Actor& actor) {
  const auto asked = RevisionRequest::from(request);
  const auto page = notes_.revisions(actor, note_id(request), asked.before, asked.limit);
  auto response = http::respond(200, kJson, to_json(page));
  if (page.next_before) {
    response.headers.add("Link",
                         next_link(request, {{"before", std::to_string(*page.next_before)}}));
  }
  return response;
}

Response NoteHandlers::revision(const Request& request, const Actor& actor) {
  const auto revision = notes_.revision(actor, note_id(request), revision_version(request));
  return http::respond(200, kJson, to_json(revision));
}

Response NoteHandlers::restore_revision(const Request& request, const Actor& actor) {
  const auto id = note_id(request);
  const auto version = revision_version(request);
  return change_once(request, actor, id, [&](auto expected, const auto&... receipt) {
    return notes_.restore_revision(actor, id, version, expected, receipt...);
  });
}

Response NoteHandlers::export_all(const Request& request, const Actor& actor) {
  return export_notes(notes_, request, actor);
}

Response NoteHandlers::import_file(const Request& request, const Actor& actor) {
  const auto type = require_media_type(request, {kJsonLines, "application/jsonl", kMarkdown});
  const auto format = type == kMarkdown ? NoteFormat::markdown : NoteFormat::json_lines;
  const auto report = notes_.import_file(actor, read_note_file(request.body, format));
  return http::respond(200, kJson, to_json(report));
}

Response NoteHandlers::changes(const Request& request, const Actor& actor) {
  return answer_changes(request, notes_.changes(actor, read_change_query(request)));
}

}  // namespace notes::api
