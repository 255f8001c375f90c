#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/session.hpp"
#include "migrate/migration.hpp"
#include "migrate/table_name.hpp"

namespace notes::migrate {

/// One row of the history: a revision that is applied, as it was then.
struct AppliedRevision {
  std::string revision;
  std::vector<std::string> parents;
  std::vector<std::string> depends_on;
  std::string message;
  std::string checksum;        ///< SHA-256 of the file; empty for a stamped revision without one
  std::string token_checksum;  ///< see token_checksum()
  Timestamp applied_at;
  std::string applied_by;  ///< user@host
  std::chrono::milliseconds took{0};
  std::string tool_version;
};

enum class EventKind { upgrade, downgrade, stamp, repair, failure, seed };

/// As the table writes it.
std::string_view to_string(EventKind kind);

/// One row of the table that only grows: what was done to the database, also what did not succeed.
struct Event {
  EventKind kind = EventKind::upgrade;
  std::string revision;
  Timestamp at;
  std::string by;
  std::chrono::milliseconds took{0};
  std::string checksum;
  std::string tool_version;
  std::string detail;
};

/// How far a migration that is not one transaction has come: its statements by their place in the
/// migration, from 0.
struct JournalEntry {
  std::string checksum;  ///< SHA-256 of the statement
  bool finished = false;
};
using Journal = std::map<std::size_t, JournalEntry>;

/// Who is at work, for the rows that are written.
struct Author {
  std::string name;  ///< user@host
  std::string tool_version;
};

/// The tool's own tables in one database. The statements run on the session given, inside its
/// transaction if it is in one. It and the clock must outlive this.
///
/// Throws db::StatementError for what the database refuses.
class History {
 public:
  /// The format this build writes; tables of an older one are upgraded by prepare().
  static constexpr int kFormat = 1;

  History(db::Session& session, const TableName& table, Author author, const Clock& clock);
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  /// The statements that make the tables in kFormat.
  static std::vector<std::string> definition(const db::Dialect& dialect, const TableName& table);

  /// 0 when the tables are not there. Reads only. Throws Error{usage} for a format newer than this
  /// build knows.
  int format() const;
  /// Makes the tables, or brings them to kFormat; one transaction. To be called under the run's
  /// lock.
  void prepare();

  /// Every applied revision, by when it was applied. Empty when the tables are not there.
  std::vector<AppliedRevision> applied() const;
  /// The file as it was when the revision was applied, checked against its checksum: the SQL that
  /// takes it back when the file is not at hand, and what to compare an edited file with. Throws
  /// Error{inconsistent} when it is not what was written, Error{not_found} when there is none.
  std::string source(std::string_view revision) const;

  /// Adds the revision and an event of this kind.
  void add(const Migration& migration, std::string_view token_checksum, EventKind kind,
           std::chrono::milliseconds took);
  /// Takes the revision out and adds an event.
  void remove(std::string_view revision, EventKind kind, std::chrono::milliseconds took);
  /// Replaces what is kept of the file of an applied revision.
  void replace_source(const Migration& migration, std::string_view token_checksum);
  void record(Event event);
  std::vector<Event> events() const;

  /// A commit of its own, which where commits are durable makes those before it durable too: counts
  /// the epoch up, which also keeps a run from committing that held the lease before and has slept.
  /// Under a lock that is not the lease.
  void touch();

  Journal journal(std::string_view revision, Direction direction) const;
  /// Writes that a statement is about to run, or (`finished`) has run.
  void journal_write(std::string_view revision, Direction direction, std::size_t ordinal,
                     const JournalEntry& entry);
  void journal_clear(std::string_view revision, Direction direction);
  /// The revisions of which something is written in the journal.
  std::vector<std::string> unfinished() const;

 private:
  template <typename Work>
  auto translated(Work&& work) const;
  std::string table(std::string_view suffix) const {
    return table_.quoted(session_.dialect(), suffix);
  }

  db::Session& session_;
  TableName table_;
  Author author_;
  const Clock& clock_;
};

}  // namespace notes::migrate
