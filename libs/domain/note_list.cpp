#include "domain/note_list.hpp"

namespace notes::domain {

NotePosition position_of(const Note& note, NoteSort sort) {
  switch (sort) {
    case NoteSort::created:
      return {to_string(note.created_at), note.id};
    case NoteSort::updated:
      return {to_string(note.updated_at), note.id};
    case NoteSort::title:
      return {note.title, note.id};
  }
  return {};
}

}  // namespace notes::domain
