#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "domain/note_change.hpp"
#include "domain/note_list.hpp"
#include "domain/note_revision.hpp"
#include "domain/user.hpp"
#include "service/note_batch.hpp"
#include "service/note_gathering.hpp"
#include "service/note_import.hpp"
#include "service/note_writer.hpp"
#include "service/receipts.hpp"

namespace notes::service {

/// How many notes a list has in all.
struct Total {
  /// Nobody waits for more to be counted.
  static constexpr std::int64_t kMost = 10'000;

  std::int64_t count = 0;
  bool capped = false;  ///< there are more than kMost, which is what count says
};

enum class Totals { left_out, counted };

/// Whose notes are listed, and how.
struct ListRequest {
  domain::Actor actor;
  domain::NoteQuery query;
};

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

/// A part of what is kept of a note's earlier versions, the newest first and without the bodies.
struct RevisionPage {
  std::vector<domain::NoteRevision> items;
  std::optional<std::int64_t> next_before;  ///< where the next page begins; none on the last
};

/// A part of the feed of changes of a user's notes.
struct ChangePage {
  std::vector<domain::NoteChange> changes;
  std::int64_t next = 0;  ///< the changes behind this one come next
  bool has_more = false;  ///< there are some already
  /// The feed's last change when a client began from nothing, while it reads what was there before.
  std::optional<std::int64_t> base = {};
};

/// The feed cannot lead on from where the client is: it has to begin anew.
struct FeedBroken {
  std::int64_t first = 0;  ///< the changes that can be asked for are those behind this one
  std::int64_t last = 0;   ///< the feed's last change
};

/// From where a client reads the feed of changes.
struct ChangeQuery {
  std::int64_t since = 0;  ///< 0: from nothing
  std::size_t limit = 50;
  std::optional<std::int64_t> base = {};  ///< ChangePage::base of the pages before
};

/// What can be done with notes: each use case is permission, one transaction and the store.
/// Thread-safe; what it is given must outlive it.
///
/// Beside what each says, all throw what db::Database throws. Another owner's note is
/// Error{not_found}.
class Notes {
 public:
  Notes(db::Database& database, const Clock& clock, NoteRules rules = {});

  /// Returns once the note is durable. Throws Error{invalid} with every rule that the draft breaks.
  domain::Note create(const domain::Actor& actor, const domain::NoteDraft& draft);
  /// The same once for each key: see run_once().
  Once<domain::Note> create(const domain::Actor& actor, const domain::NoteDraft& draft,
                            const Receipt<domain::Note>& receipt);

  /// What several users want done at the same time, in one transaction; see apply_together(). What
  /// breaks a rule is Error{invalid}, what is not there Error{not_found}, as by itself.
  using WriteAnswer = std::variant<OperationResult, Stale, Error, Postponed>;
  std::vector<WriteAnswer> write(std::span<const NoteRequest> requests);

  /// Each of these as get() by itself, or what that throws; one statement for all.
  std::vector<std::variant<domain::Note, Error>> get(std::span<const store::NoteKey> keys);

  /// Throws Error{not_found}.
  domain::Note get(const domain::Actor& actor, domain::NoteId id);

  /// The version of a note, also of one in the trash. Throws Error{not_found}.
  std::int64_t version(const domain::Actor& actor, domain::NoteId id);

  /// Precondition: query.limit >= 1.
  NotePage list(const domain::Actor& actor, const domain::NoteQuery& query,
                Totals totals = Totals::left_out);

  /// Each of these as list() by itself, without totals.
  std::vector<NotePage> list(std::span<const ListRequest> requests);

  /// The changes behind `since`, in the order in which they were made; of several changes of one
  /// note only the latest. Notes that were written past the service (seeds, loads) get their places
  /// here, at most kPlacedAtOnce of them a call. FeedBroken when tombstones behind `since` (or, for
  /// a client that began from nothing, behind `base`) are not kept any more, and when the feed has
  /// not come as far as `since`. Precondition: since >= 0, limit >= 1.
  static constexpr std::int64_t kPlacedAtOnce = 1000;
  std::variant<ChangePage, FeedBroken> changes(const domain::Actor& actor,
                                               const ChangeQuery& query);

  /// Makes a note under an id that the client chose. Stale when the id is taken, by whomever.
  /// Throws Error{invalid} as create() does, also for an id that domain::may_be_chosen() refuses.
  Changed create_as(const domain::Actor& actor, domain::NoteId id, const domain::NoteDraft& draft);

  /// What is kept of the note's versions before `before`: what it said before each change of its
  /// title, body or tags. Throws Error{not_found}, also for a note in the trash. Precondition:
  /// limit >= 1.
  RevisionPage revisions(const domain::Actor& actor, domain::NoteId id, std::int64_t before,
                         std::size_t limit);
  /// Throws Error{not_found}, also for a version that is not kept.
  domain::NoteRevision revision(const domain::Actor& actor, domain::NoteId id,
                                std::int64_t version);
  /// Makes the title, the body and the tags what they were in that version. Otherwise as patch();
  /// Error{not_found} also for a version that is not kept.
  Changed restore_revision(const domain::Actor& actor, domain::NoteId id, std::int64_t version,
                           std::optional<std::int64_t> expected_version);
  /// The same once for each key: see run_once().
  Once<Changed> restore_revision(const domain::Actor& actor, domain::NoteId id,
                                 std::int64_t version, std::optional<std::int64_t> expected_version,
                                 const Receipt<Changed>& receipt);

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
  /// The same once for each key: see run_once().
  Once<Changed> restore(const domain::Actor& actor, domain::NoteId id,
                        std::optional<std::int64_t> expected_version,
                        const Receipt<Changed>& receipt);

  /// Deletes a note in the trash for good. Stale as patch() says; nullopt when it was done. Throws
  /// Error{not_found}, and Error{conflict} for a note that is not in the trash.
  std::optional<Stale> delete_for_good(const domain::Actor& actor, domain::NoteId id,
                                       std::optional<std::int64_t> expected_version);

  /// Does all of the operations in one transaction, or none. Throws Error{invalid} with the rules
  /// that they break or, once they keep all rules, with the first that cannot be done; the pointers
  /// lead to /operations/N. Precondition: at most kMostOperations.
  std::vector<OperationResult> batch(const domain::Actor& actor,
                                     const std::vector<NoteOperation>& operations);
  /// The same once for each key: see run_once().
  Once<std::vector<OperationResult>> batch(const domain::Actor& actor,
                                           const std::vector<NoteOperation>& operations,
                                           const Receipt<std::vector<OperationResult>>& receipt);

  /// Imports the notes of a file, see import_notes(), in one transaction. Precondition: at most
  /// kMostImported.
  ImportReport import_file(const domain::Actor& actor, const std::vector<ImportedNote>& notes);

 private:
  Total count(const domain::Actor& actor, const domain::NoteFilter& filter);
  /// Whether there are more to place.
  bool place_notes(const domain::Actor& actor);
  /// Runs `work(NoteWriter&)` in a transaction of its own and returns what it returned.
  template <typename Work>
  auto write(const domain::Actor& actor, Timestamp now, Work work);
  /// The same with its receipt; see run_once().
  template <typename Result, typename Work>
  Once<Result> write_once(const domain::Actor& actor, const Receipt<Result>& receipt, Timestamp now,
                          Work work);

  db::Database& database_;
  const Clock& clock_;
  NoteRules rules_;
};

}  // namespace notes::service
