#pragma once

#include <cstdint>
#include <optional>

#include "domain/note.hpp"

namespace notes::domain {

/// One entry of an owner's feed of changes: a note as it is now, at the place of its latest change.
struct NoteChange {
  std::int64_t sequence = 0;  ///< grows with every change of the owner's notes; has gaps
  NoteId id;
  std::optional<Note> note = {};  ///< none: it was deleted for good

  friend bool operator==(const NoteChange&, const NoteChange&) = default;
};

}  // namespace notes::domain
