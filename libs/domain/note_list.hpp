#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/timestamp.hpp"
#include "domain/note.hpp"

namespace notes::domain {

/// In which order notes are listed; the id settles ties.
enum class NoteSort {
  created,  ///< the newest first
  updated,  ///< the last changed first
  title,    ///< in the order of the titles' code points
};

/// Which notes of a user are listed: those for which all that is given holds.
struct NoteFilter {
  std::optional<std::string> tag = {};  ///< as Tag::folded
  std::optional<bool> pinned = {};
  std::optional<bool> archived = {};
  bool trashed = false;  ///< those in the trash, or those outside it
  std::optional<Timestamp> created_from = {};
  std::optional<Timestamp> created_before = {};  ///< not at that moment itself
  std::optional<Timestamp> updated_from = {};
  std::optional<Timestamp> updated_before = {};  ///< not at that moment itself

  friend bool operator==(const NoteFilter&, const NoteFilter&) = default;
};

/// A place in a list: behind the note with this key and id.
struct NotePosition {
  std::string key;  ///< what the list is sorted by: a time as to_string() writes it, or the title
  NoteId id;

  friend bool operator==(const NotePosition&, const NotePosition&) = default;
};

/// The place behind a note in a list of that order.
NotePosition position_of(const Note& note, NoteSort sort);

/// Whether notes are listed with their bodies, which are most of what there is to read.
enum class Bodies { read, left_out };

/// A part of a user's list of notes.
struct NoteQuery {
  NoteSort sort = NoteSort::created;
  NoteFilter filter = {};
  std::size_t limit = 50;
  std::optional<NotePosition> after = {};
  Bodies bodies = Bodies::read;
};

}  // namespace notes::domain
