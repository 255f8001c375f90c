#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "e2e/note_model.hpp"

namespace notes::tests {

/// What the members of a note are to be.
struct Wording {
  std::string title;
  std::string body;
  std::vector<std::string> tags;
  bool pinned = false;
  bool archived = false;

  std::string json() const;
};

/// A note that was made under an Idempotency-Key.
struct Keyed {
  std::string key;
  std::string request;
  std::string answer;
};

/// What one client knows of the notes that nobody else changes, and the choices it makes: the same
/// in every run. Everything it writes carries its number and its person's.
class OwnNotes {
 public:
  OwnNotes(std::size_t person, std::size_t client);

  std::size_t person() const { return person_; }
  std::size_t client() const { return client_; }

  /// What the titles of all notes of the person, and of this client, begin with.
  std::string person_mark() const;
  std::string mark() const;
  /// A tag that all notes of this client have, and one that some have.
  std::string tag() const;
  std::string other_tag() const;
  /// A word in the body of one note of this client and nowhere else; `word_prefix` is what those of
  /// all its notes begin with.
  std::string word_of(const NoteJson& note) const;
  std::string word_prefix() const;

  /// Of a new note.
  Wording new_wording();
  /// Another one of a note that is there.
  Wording new_wording(const NoteJson& note);
  /// A UUID of version 4.
  std::string new_id();

  /// One of them that no other request of the same flight names, and from now on none will.
  std::optional<std::string> take_live();
  std::optional<std::string> take_trashed();
  std::optional<std::string> dead() const;
  /// What was in flight has landed.
  void release() { taken_.clear(); }

  bool chance(unsigned percent);
  std::size_t below(std::size_t end);

  NoteModel model;
  std::optional<Keyed> keyed;

  /// Gone for good.
  void bury(const std::string& id);

 private:
  std::optional<std::string> take(bool trashed);
  Wording wording_of(std::size_t note);

  std::size_t person_;
  std::size_t client_;
  std::size_t notes_made_ = 0;
  std::size_t wordings_made_ = 0;
  std::mt19937_64 random_;
  std::set<std::string> taken_;
  std::vector<std::string> dead_;
};

}  // namespace notes::tests
