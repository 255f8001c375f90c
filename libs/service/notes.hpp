#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "domain/note_list.hpp"
#include "domain/user.hpp"

namespace notes::service {

/// How many notes a list has in all.
struct Total {
  /// Nobody waits for more to be counted.
  static constexpr std::int64_t kMost = 10'000;

  std::int64_t count = 0;
  bool capped = false;  ///< there are more than kMost, which is what count says
};

enum class Totals { left_out, counted };

struct NotePage {
  std::vector<domain::Note> items;
  std::optional<domain::NotePosition> next;  ///< where the next page begins; none on the last
  std::optional<Total> total = {};           ///< when it was asked for
};

/// Nothing was done, because the note is not in the version that the change was tied to.
struct Stale {
  std::optional<std::int64_t> current;  ///< its version; none when it is not the caller's to know

  friend bool operator==(const Stale&, const Stale&) = default;
};

/// The note as the change has left it, or why it was not made.
using Changed = std::variant<domain::Note, Stale>;

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

  /// The version of a note, also of one in the trash. Throws Error{not_found}.
  std::int64_t version(const domain::Actor& actor, domain::NoteId id);

  /// Precondition: query.limit >= 1.
  NotePage list(const domain::Actor& actor, const domain::NoteQuery& query,
                Totals totals = Totals::left_out);

  /// Makes a note under an id that the client chose. Stale when the id is taken, by whomever.
  /// Throws Error{invalid} as create() does, also for an id that domain::may_be_chosen() refuses.
  Changed create_as(const domain::Actor& actor, domain::NoteId id, const domain::NoteDraft& draft);

  /// Changes what the patch names. Stale, decided by the statement that changes it, when
  /// `expected_version` is given and not the current one. Throws Error{invalid} and
  /// Error{not_found}.
  Changed patch(const domain::Actor& actor, domain::NoteId id, const domain::NotePatch& patch,
                std::optional<std::int64_t> expected_version);

  /// Makes the note what the draft says, whatever it was. Otherwise as patch().
  Changed replace(const domain::Actor& actor, domain::NoteId id, const domain::NoteDraft& draft,
                  std::optional<std::int64_t> expected_version);

  /// Moves the note to the trash, which is a change of it as well. Stale as patch() says; nullopt
  /// when it was done. Throws Error{not_found}.
  std::optional<Stale> trash(const domain::Actor& actor, domain::NoteId id,
                             std::optional<std::int64_t> expected_version);

  /// Takes the note out of the trash, which is a change of it; one that does not lie there stays as
  /// it is. Otherwise as patch().
  Changed restore(const domain::Actor& actor, domain::NoteId id,
                  std::optional<std::int64_t> expected_version);

  /// Deletes a note in the trash for good. Stale as patch() says; nullopt when it was done. Throws
  /// Error{not_found}, and Error{conflict} for a note that is not in the trash.
  std::optional<Stale> delete_for_good(const domain::Actor& actor, domain::NoteId id,
                                       std::optional<std::int64_t> expected_version);

 private:
  Total count(const domain::Actor& actor, const domain::NoteFilter& filter);
  /// nullopt when the id is taken.
  std::optional<domain::Note> insert(const domain::Actor& actor, domain::NoteId id,
                                     const domain::NoteDraft& draft, Timestamp now);

  db::Database& database_;
  const Clock& clock_;
};

}  // namespace notes::service
