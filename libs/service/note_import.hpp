#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "service/note_writer.hpp"

namespace notes::service {

/// A note as it stands in a file.
struct ImportedNote {
  std::size_t line = 0;  ///< where it begins, from 1
  std::optional<domain::NoteId> id = {};
  domain::NoteDraft draft = {};
  std::optional<Timestamp> created_at = {};
  std::vector<Violation> problems = {};  ///< what could not be read of it; it is not imported then
};

/// Something for which a note was not imported.
struct ImportFailure {
  std::size_t line = 0;
  Violation problem;
};

/// What became of the notes of a file; failures in the order of their lines.
struct ImportReport {
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t unchanged = 0;
  std::size_t failed = 0;
  std::vector<ImportFailure> failures;
};

inline constexpr std::size_t kMostImported = 1000;

/// Imports them, in their order: one with an id that is free, or without one, is made; one with the
/// id of a note of the owner makes that what it says, and changes nothing when it says so already.
/// One that breaks a rule, whose id is another's, or whose note lies in the trash fails by itself.
ImportReport import_notes(NoteWriter& writer, const std::vector<ImportedNote>& notes,
                          Timestamp now);

}  // namespace notes::service
