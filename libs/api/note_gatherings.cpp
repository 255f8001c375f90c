#include "api/note_gatherings.hpp"

#include <exception>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

#include "api/entity_tag.hpp"
#include "api/media_type.hpp"
#include "api/note_answers.hpp"
#include "api/note_reader.hpp"
#include "api/operation_parts.hpp"
#include "api/page_request.hpp"
#include "base/error.hpp"

namespace notes::api {
namespace {

using http::Outcome;
using http::Request;
using http::Response;
using Kind = service::NoteOperation::Kind;

Outcome failed(Error error) { return std::make_exception_ptr(std::move(error)); }

/// What `step` makes of a request, as an optional; what it throws is the request's outcome.
template <typename Step>
auto attempt(const Admitted& admitted, Outcome& outcome, Step step) -> decltype(step(admitted)) {
  try {
    return step(admitted);
  } catch (const Error&) {
    outcome = std::current_exception();
    return std::nullopt;
  }
}

/// The version that the request may change. False for what NoteHandlers has to look at.
bool read_precondition(const Request& request, IfMatch if_match,
                       service::NoteOperation& operation) {
  const auto field = request.headers.combined("If-Match");
  if (!field) return if_match == IfMatch::optional || operation.kind == Kind::trash;
  const auto list = read_tag_list(*field, TagComparison::strong);
  if (list.any) return true;
  if (list.versions.size() != 1) return false;
  operation.expected_version = list.versions.front();
  return true;
}

/// Whether PUT asks for a new note, and for nothing that NoteHandlers has to refuse.
bool is_to_be_new(const Request& request) {
  return request.headers.combined("If-None-Match") == "*" && !request.headers.find("If-Match");
}

Response answer(service::OperationResult result) {
  switch (result.outcome) {
    case service::OperationResult::Outcome::created:
      return created(*result.note);
    case service::OperationResult::Outcome::changed:
      return note_response(200, *result.note);
    case service::OperationResult::Outcome::gone:
      return {.status = 204, .headers = {}, .body = {}};
  }
  throw Error(ErrorCode::internal, "a note operation of no outcome");
}

}  // namespace

NoteGatherings::NoteGatherings(service::Notes& notes, const identity::TokenSigner& cursor_signer,
                               IfMatch if_match)
    : notes_(notes), cursor_signer_(cursor_signer), if_match_(if_match) {}

NoteGatherings::Outcomes NoteGatherings::get(Requests requests) const {
  Outcomes outcomes(requests.size());
  std::vector<store::NoteKey> keys;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < requests.size(); ++at) {
    const auto id = attempt(requests[at], outcomes[at], [](const Admitted& admitted) {
      return std::optional(note_id(admitted.request));
    });
    if (!id) continue;
    keys.push_back({requests[at].caller.actor.user, *id});
    places.push_back(at);
  }
  auto notes = notes_.get(keys);
  for (std::size_t n = 0; n < notes.size(); ++n) {
    const auto at = places[n];
    auto* note = std::get_if<domain::Note>(&notes[n]);
    if (note == nullptr) {
      outcomes[at] = failed(std::get<Error>(std::move(notes[n])));
      continue;
    }
    auto response = attempt(requests[at], outcomes[at], [&](const Admitted& admitted) {
      return std::optional(found(admitted.request, *note));
    });
    if (response) outcomes[at] = std::move(*response);
  }
  return outcomes;
}

NoteGatherings::Outcomes NoteGatherings::list(Requests requests) const {
  Outcomes outcomes(requests.size());
  // A list is all in its target, and whose it is.
  std::map<std::pair<domain::UserId, std::string_view>, std::size_t> asked;
  std::vector<PageRequest> pages;
  std::vector<service::ListRequest> lists;
  std::vector<std::size_t> firsts;
  for (std::size_t at = 0; at < requests.size(); ++at) {
    const auto& [request, caller, alone] = requests[at];
    const auto [known, is_new] =
        asked.try_emplace({caller.actor.user, request.target}, lists.size());
    if (!is_new) continue;
    auto page = attempt(requests[at], outcomes[at], [&](const Admitted& admitted) {
      return std::optional(
          PageRequest::from(admitted.request, admitted.caller.actor, cursor_signer_));
    });
    if (!page || page->totals == service::Totals::counted) {
      if (page) outcomes[at] = alone;
      asked.erase(known);
      continue;
    }
    lists.push_back({caller.actor, page->query});
    pages.push_back(std::move(*page));
    firsts.push_back(at);
  }
  const auto found = notes_.list(lists);
  std::vector<Response> responses;
  for (std::size_t n = 0; n < found.size(); ++n) {
    const auto& first = requests[firsts[n]];
    responses.push_back(
        listed(first.request, pages[n], found[n], first.caller.actor, cursor_signer_));
  }
  for (std::size_t at = 0; at < requests.size(); ++at) {
    const auto known = asked.find({requests[at].caller.actor.user, requests[at].request.target});
    if (known != asked.end()) outcomes[at] = responses[known->second];
  }
  return outcomes;
}

std::optional<service::NoteOperation> NoteGatherings::read_operation(const Request& request) const {
  service::NoteOperation operation;
  if (request.method == http::Method::post) {
    // Two with one key may not both be under way.
    if (request.headers.find("Idempotency-Key")) return std::nullopt;
    require_media_type(request, {kJson});
    operation.draft = read_note_draft(request.body);
    return operation;
  }
  operation.id = note_id(request);
  if (request.method == http::Method::put) {
    require_media_type(request, {kJson});
    operation.draft = read_note_draft(request.body);
    operation.kind = Kind::replace;
    if (request.headers.find("If-None-Match")) {
      operation.kind = Kind::create;
      return is_to_be_new(request) ? std::optional(operation) : std::nullopt;
    }
  } else if (request.method == http::Method::patch) {
    require_media_type(request, {kMergePatch, kJson});
    operation.patch = read_note_patch(request.body);
    operation.kind = Kind::patch;
  } else {
    operation.kind = is_permanent(request) ? Kind::delete_for_good : Kind::trash;
  }
  if (!read_precondition(request, if_match_, operation)) return std::nullopt;
  return operation;
}

NoteGatherings::Outcomes NoteGatherings::write(Requests requests) const {
  Outcomes outcomes(requests.size());
  std::vector<service::NoteRequest> wanted;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < requests.size(); ++at) {
    outcomes[at] = requests[at].alone;
    auto operation = attempt(requests[at], outcomes[at], [&](const Admitted& admitted) {
      return read_operation(admitted.request);
    });
    if (!operation) continue;
    wanted.push_back({requests[at].caller.actor, std::move(*operation)});
    places.push_back(at);
  }
  auto results = notes_.write(wanted);
  for (std::size_t n = 0; n < results.size(); ++n) {
    auto& outcome = outcomes[places[n]];
    const auto& request = requests[places[n]].request;
    if (auto* done = std::get_if<service::OperationResult>(&results[n])) {
      outcome = answer(std::move(*done));
    } else if (const auto* is_stale = std::get_if<service::Stale>(&results[n])) {
      outcome = stale(request, *wanted[n].operation.id, *is_stale);
    } else if (auto* error = std::get_if<Error>(&results[n])) {
      outcome = failed(std::move(*error));
    }
  }
  return outcomes;
}

}  // namespace notes::api
