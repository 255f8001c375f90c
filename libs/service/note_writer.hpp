#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/note.hpp"
#include "domain/user.hpp"

namespace notes::service {

/// Nothing was done, because the note is not in the version that the change was tied to.
struct Stale {
  std::optional<std::int64_t> current;  ///< its version; none when it is not the caller's to know

  friend bool operator==(const Stale&, const Stale&) = default;
};

/// The note as the change has left it, or why it was not made.
using Changed = std::variant<domain::Note, Stale>;

/// How notes are written.
struct NoteRules {
  std::int64_t max_revisions = 100;  ///< of one note; 0: none are kept
};

/// Writes one owner's notes inside a transaction: the one place where a note is written, and with
/// it what goes along with every change of one: its place in the owner's feed of changes, and what
/// the note said before.
///
/// Making one keeps the owner's other writers waiting until the transaction ends, so it is to be
/// the first to write there. Arguments are what the domain has found valid. Beside what each call
/// says, all throw what SOCI throws.
class NoteWriter {
 public:
  struct Options {
    domain::Actor actor;
    Timestamp now;
    NoteRules rules;
    /// How many there will be, which saves asking for their numbers one by one.
    std::int64_t changes = 1;
  };

  /// The session must outlive it.
  NoteWriter(db::Session& session, const Options& options);

  /// nullopt when the id is taken.
  std::optional<domain::Note> insert(domain::NoteId id, const domain::NoteDraft& draft);

  /// Changes what the patch names; one that names nothing is no change. When it names the title,
  /// the body or the tags, what they were is kept as a revision. Stale, decided by the statement
  /// that changes it, when `expected_version` is given and not the current one. Throws
  /// Error{not_found}.
  Changed patch(domain::NoteId id, const domain::NotePatch& patch,
                std::optional<std::int64_t> expected_version);

  /// Moves the note to the trash. Stale as patch() says; nullopt when it was done. Throws
  /// Error{not_found}.
  std::optional<Stale> trash(domain::NoteId id, std::optional<std::int64_t> expected_version);

  /// Takes the note out of the trash; one that does not lie there stays as it is. Otherwise as
  /// patch().
  Changed restore(domain::NoteId id, std::optional<std::int64_t> expected_version);

  /// Deletes a note in the trash for good. Stale as patch() says; nullopt when it was done. Throws
  /// Error{not_found}, and Error{conflict} for a note that is not in the trash.
  std::optional<Stale> delete_for_good(domain::NoteId id,
                                       std::optional<std::int64_t> expected_version);

 private:
  std::int64_t next_sequence();
  domain::Note find(domain::NoteId id);
  domain::Note find_anywhere(domain::NoteId id);

  db::Session& session_;
  domain::UserId owner_;
  Timestamp now_;
  NoteRules rules_;
  std::int64_t next_sequence_;
  std::int64_t left_;  ///< how many numbers are taken and not given out
};

}  // namespace notes::service
