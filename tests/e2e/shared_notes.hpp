#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "e2e/exchange.hpp"
#include "e2e/own_notes.hpp"

namespace notes::tests {

/// A client's part in changing notes that others change too: it reads one, adds a mark that nobody
/// else makes, and writes it back if it is still as it was read.
class SharedNotes {
 public:
  /// Note -> marks whose writing was acknowledged.
  using Marks = std::map<std::string, std::vector<std::string>>;

  /// `ids`: of the notes, which are the person's of `own`.
  SharedNotes(OwnNotes& own, std::vector<std::string> ids) : own_(own), ids_(std::move(ids)) {}

  /// The next step with one of the notes. `progress` of 0 to 1 chooses which: those who have come
  /// equally far meet in the same ones.
  Exchange exchange(double progress);
  const Marks& acknowledged() const { return acknowledged_; }

 private:
  Exchange read(const std::string& id);
  Exchange write(const NoteJson& seen);

  OwnNotes& own_;
  std::vector<std::string> ids_;
  std::optional<NoteJson> seen_;  ///< what was read and not yet written back
  std::uint64_t marks_made_ = 0;
  Marks acknowledged_;
};

/// The body of a shared note begins with this; each mark follows with a blank behind it.
std::string shared_beginning(std::size_t person);
/// Throws Mismatch unless the note holds each of the marks once and nothing else, and has counted
/// them.
void check_marks(const NoteJson& note, std::size_t person, std::vector<std::string> marks);

}  // namespace notes::tests
