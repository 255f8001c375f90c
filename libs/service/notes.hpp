#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "domain/note.hpp"
#include "domain/user.hpp"

namespace notes::service {

struct NotePage {
  std::vector<domain::Note> items;
  std::optional<domain::NotePosition> next;  ///< where the next page begins; none on the last
};

/// What can be done with notes: each use case is permission, one transaction and the store.
/// Thread-safe; what it is given must outlive it.
///
/// Beside what each says, all throw what db::Database throws. Another owner's note is
/// Error{not_found}.
class Notes {
 public:
  Notes(db::Database& database, const Clock& clock);

  /// Returns once the note is durable. Throws Error{invalid} with every rule that the draft breaks.
  domain::Note create(const domain::Actor& actor, const domain::NoteDraft& draft);

  /// Throws Error{not_found}.
  domain::Note get(const domain::Actor& actor, domain::NoteId id);

  /// The newest first. Precondition: limit >= 1.
  NotePage list(const domain::Actor& actor, std::size_t limit,
                const std::optional<domain::NotePosition>& after);

  /// Throws Error{invalid}, Error{not_found}, and Error{stale} when `expected_version` is given and
  /// not the current one.
  domain::Note patch(const domain::Actor& actor, domain::NoteId id, const domain::NotePatch& patch,
                     std::optional<std::int64_t> expected_version);

  /// Moves the note to the trash. Throws Error{not_found} and Error{stale} as patch() does.
  void trash(const domain::Actor& actor, domain::NoteId id,
             std::optional<std::int64_t> expected_version);

 private:
  db::Database& database_;
  const Clock& clock_;
};

}  // namespace notes::service
