#include "service/note_batch.hpp"

#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace notes::service {
namespace {

using domain::Note;
using domain::NoteId;
using Kind = NoteOperation::Kind;
using Outcome = OperationResult::Outcome;

std::string pointer_of(std::size_t operation) { return fmt::format("/operations/{}", operation); }

[[noreturn]] void refuse(std::size_t operation, const Refusal& refusal) {
  throw Error(std::vector<Violation>{{.pointer = pointer_of(operation),
                                      .code = std::string(to_string(refusal.code)),
                                      .detail = refusal.why}});
}

domain::NotePatch whole(const domain::NoteDraft& draft) {
  return {.title = draft.title,
          .body = draft.body,
          .tags = draft.tags,
          .pinned = draft.pinned,
          .archived = draft.archived};
}

Written create(NoteWriter& writer, NoteId id, const domain::NoteDraft& draft) {
  auto note = writer.insert(id, draft);
  if (note) return std::move(*note);
  return Refusal{.code = ErrorCode::stale, .why = fmt::format("the id {} is taken", to_string(id))};
}

/// What leaves a note behind.
OperationOutcome left(Outcome outcome, Written written) {
  if (auto* refusal = std::get_if<Refusal>(&written)) return std::move(*refusal);
  auto& note = std::get<Note>(written);
  const auto id = note.id;
  return OperationResult{.outcome = outcome, .id = id, .note = std::move(note)};
}

OperationOutcome gone(NoteId id, std::optional<Refusal> refusal) {
  if (refusal) return std::move(*refusal);
  return OperationResult{.outcome = Outcome::gone, .id = id};
}

}  // namespace

std::vector<Violation> validate(const NoteOperation& operation) {
  switch (operation.kind) {
    case Kind::create:
    case Kind::replace:
      return validate(operation.draft);
    case Kind::patch:
      return validate(operation.patch);
    case Kind::trash:
    case Kind::restore:
    case Kind::delete_for_good:
      return {};
  }
  return {};
}

std::vector<Violation> validate(const std::vector<NoteOperation>& operations) {
  std::vector<Violation> violations;
  for (std::size_t at = 0; at < operations.size(); ++at) {
    const auto& operation = operations[at];
    if (operation.kind == Kind::create && operation.id && !domain::may_be_chosen(*operation.id)) {
      violations.push_back({pointer_of(at) + "/id", "not_a_chosen_id",
                            "must be a UUID of version 4 or 7 (RFC 9562), made anew for this "
                            "note"});
    }
    for (auto& violation : validate(operation)) {
      violation.pointer = pointer_of(at) + "/note" + violation.pointer;
      violations.push_back(std::move(violation));
    }
  }
  return violations;
}

OperationOutcome apply(NoteWriter& writer, const NoteOperation& operation, Timestamp now) {
  const auto expected = operation.expected_version;
  const auto id = operation.id ? *operation.id : NoteId::make(now);
  switch (operation.kind) {
    case Kind::create:
      return left(Outcome::created, create(writer, id, operation.draft));
    case Kind::replace:
      return left(Outcome::changed, writer.patch(id, whole(operation.draft), expected));
    case Kind::patch:
      return left(Outcome::changed, writer.patch(id, operation.patch, expected));
    case Kind::trash:
      return gone(id, writer.trash(id, expected));
    case Kind::restore:
      return left(Outcome::changed, writer.restore(id, expected));
    case Kind::delete_for_good:
      return gone(id, writer.delete_for_good(id, expected));
  }
  throw Error(ErrorCode::internal, "a note operation of no kind");
}

std::vector<OperationResult> apply(NoteWriter& writer, const std::vector<NoteOperation>& operations,
                                   Timestamp now) {
  std::vector<OperationResult> results;
  for (std::size_t at = 0; at < operations.size(); ++at) {
    auto outcome = apply(writer, operations[at], now);
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) refuse(at, *refusal);
    results.push_back(std::move(std::get<OperationResult>(outcome)));
  }
  return results;
}

}  // namespace notes::service
