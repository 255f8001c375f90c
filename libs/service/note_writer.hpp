#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/note.hpp"
#include "domain/user.hpp"
#include "store/notes.hpp"

namespace notes::service {

/// Why nothing was done.
struct Refusal {
  /// not_found: there is no such note; stale: it is not in the version that the change was tied to;
  /// conflict: it is not in a state that allows it.
  ErrorCode code = ErrorCode::not_found;
  std::string why;
  std::optional<std::int64_t> current = {};  ///< when it is stale: the version that it has
};

/// The note as the change has left it, or why it was not made.
using Written = std::variant<domain::Note, Refusal>;

/// How notes are written.
struct NoteRules {
  std::int64_t max_revisions = 100;  ///< of one note; 0: none are kept
};

/// What a draft makes of a note that is new; its tags are as a person wrote them.
domain::Note new_note(domain::UserId owner, domain::NoteId id, const domain::NoteDraft& draft,
                      Timestamp now);

/// Makes notes, whoever's they are, inside a transaction that has taken their numbers: with them
/// their tags, which are read as a person wrote them and left as they are kept, and the terms by
/// which they are found. For each whether it was made: it was not when its id is taken. Throws what
/// SOCI throws.
std::vector<bool> make_notes(db::Session& session, std::span<store::NewNote> notes, Timestamp now);

/// Writes one owner's notes inside a transaction: the one place where a note is written, and with
/// it what goes along with every change of one: its place in the owner's feed of changes, what the
/// note said before, and the terms by which it is found.
///
/// Making one keeps the owner's other writers waiting until the transaction ends, so it is to be
/// the first to write there. Arguments are what the domain has found valid. All throw what SOCI
/// throws.
class NoteWriter {
 public:
  struct Options {
    domain::Actor actor;
    Timestamp now;
    NoteRules rules;
    /// How many there will be, which saves asking for their numbers one by one.
    std::int64_t changes = 1;
    /// The first of their numbers, where the transaction has taken them already.
    std::optional<std::int64_t> first_sequence = {};
  };

  /// The session must outlive it.
  NoteWriter(db::Session& session, const Options& options);

  /// The note wherever it lies; nullopt when the owner has none of that id.
  std::optional<domain::Note> find_anywhere(domain::NoteId id);

  /// nullopt when the id is taken. `created_at`: when the note was made, if that was before now.
  std::optional<domain::Note> insert(domain::NoteId id, const domain::NoteDraft& draft,
                                     std::optional<Timestamp> created_at = {});

  /// Changes what the patch names; one that names nothing is no change. When it names the title,
  /// the body or the tags, what they were is kept as a revision. Refused as stale, decided by the
  /// statement that changes it, when `expected_version` is given and not the current one.
  Written patch(domain::NoteId id, const domain::NotePatch& patch,
                std::optional<std::int64_t> expected_version);

  /// Moves the note to the trash; nullopt when it was done.
  std::optional<Refusal> trash(domain::NoteId id, std::optional<std::int64_t> expected_version);

  /// Takes the note out of the trash; one that does not lie there stays as it is.
  Written restore(domain::NoteId id, std::optional<std::int64_t> expected_version);

  /// Deletes a note in the trash for good; a conflict for one that is not there. nullopt when it
  /// was done.
  std::optional<Refusal> delete_for_good(domain::NoteId id,
                                         std::optional<std::int64_t> expected_version);

 private:
  std::int64_t next_sequence();
  /// Why a statement with a condition on the version did nothing to a note outside the trash.
  Refusal refusal(domain::NoteId id);

  db::Session& session_;
  domain::UserId owner_;
  Timestamp now_;
  NoteRules rules_;
  std::int64_t next_sequence_;
  std::int64_t left_;  ///< how many numbers are taken and not given out
};

}  // namespace notes::service
