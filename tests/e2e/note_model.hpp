#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/json.hpp"

namespace notes::tests {

/// The server is not what the model says it is.
struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws Mismatch when it does not hold.
void expect(bool holds, std::string_view what);

enum class ListOrder { created, updated, title };

/// A list of notes, as a client asks for it.
struct ListQuery {
  std::string tag;  ///< empty: with any tags
  ListOrder order = ListOrder::created;
  std::optional<bool> pinned;
  std::optional<bool> archived;
  bool trashed = false;
  std::size_t limit = 50;

  std::string target() const;
};

/// Where in a list a note stands.
struct ListPosition {
  std::string key;
  std::string id;

  static ListPosition of(const NoteJson& note, ListOrder order);
};

/// Whether a note stands before another one in such a list.
bool precedes(const ListPosition& one, const ListPosition& other, ListOrder order);

/// The notes of one client, as they must be by what it was told. Who was told only that a note went
/// to the trash does not know when: the model learns that from the first answer that says it.
class NoteModel {
 public:
  using Notes = std::map<std::string, NoteJson, std::less<>>;

  const Notes& notes() const { return notes_; }
  const NoteJson& at(std::string_view id) const;

  /// It is so now.
  void put(NoteJson note);
  /// It went to the trash.
  void trash(std::string_view id);
  /// It is gone for good.
  void erase(std::string_view id);

  /// All that such a list has behind a position (or from its beginning), in its order; the limit is
  /// not heeded.
  std::vector<NoteJson> listed(const ListQuery& query,
                               const std::optional<ListPosition>& behind = {}) const;

  /// Throws Mismatch unless the note is one of these and as it must be.
  void check(const NoteJson& seen);
  /// Throws Mismatch unless these are the notes that are listed.
  void check(const std::vector<NoteJson>& seen, const std::vector<NoteJson>& listed);

 private:
  Notes notes_;
};

}  // namespace notes::tests
