#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "service/note_writer.hpp"

namespace notes::service {

/// One of several things to be done at once: each is what the call of that name does by itself.
struct NoteOperation {
  enum class Kind { create, replace, patch, trash, restore, delete_for_good };

  Kind kind = Kind::create;
  std::optional<domain::NoteId> id = {};  ///< may be left out only to create
  domain::NoteDraft draft = {};           ///< to create and to replace
  domain::NotePatch patch = {};           ///< to patch
  std::optional<std::int64_t> expected_version = {};
};

/// What became of one.
struct OperationResult {
  enum class Outcome { created, changed, gone };

  Outcome outcome = Outcome::changed;
  domain::NoteId id;
  std::optional<domain::Note> note = {};  ///< none when it is gone: to the trash, or for good
};

/// The result of one, or why it was not done.
using OperationOutcome = std::variant<OperationResult, Refusal>;

inline constexpr std::size_t kMostOperations = 100;

/// Every rule that what it says of its note breaks.
std::vector<Violation> validate(const NoteOperation& operation);

/// Every rule that the operations break, with pointers below /operations.
std::vector<Violation> validate(const std::vector<NoteOperation>& operations);

/// Does one; a refused one has done nothing. Precondition: it keeps all rules.
OperationOutcome apply(NoteWriter& writer, const NoteOperation& operation, Timestamp now);

/// Does them, in their order; each sees what those before it did. Throws Error{invalid} for the
/// first that cannot be done, whose violation has the name of the cause as its code (ErrorCode),
/// and then nothing may be committed.
std::vector<OperationResult> apply(NoteWriter& writer, const std::vector<NoteOperation>& operations,
                                   Timestamp now);

}  // namespace notes::service
