#include "migrate/history.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>
#include <soci/soci.h>

#include "base/error.hpp"
#include "base/uuid.hpp"
#include "migrate/checksum.hpp"
#include "migrate/platform.hpp"
#include "migrate/transaction.hpp"

namespace notes::migrate {
namespace {

// What brings the tables from the format before to each format. A format that has been released is
// never edited. {0} the history, {1} its events, {2} its journal, {3} its state;
constexpr std::array kFormat1{
    "CREATE TABLE {0} ("
    "revision TEXT NOT NULL PRIMARY KEY, parents TEXT NOT NULL, depends_on TEXT NOT NULL, message "
    "TEXT NOT NULL, "
    "checksum TEXT NOT NULL, token_checksum TEXT NOT NULL, source TEXT NOT NULL, applied_at "
    "TIMESTAMPTZ NOT NULL, "
    "applied_by TEXT NOT NULL, duration_ms BIGINT NOT NULL, tool_version TEXT NOT NULL)",
    "CREATE TABLE {1} ("
    "id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, revision TEXT NOT NULL, happened_at "
    "TIMESTAMPTZ NOT NULL, "
    "happened_by TEXT NOT NULL, duration_ms BIGINT NOT NULL, checksum TEXT NOT NULL, tool_version "
    "TEXT NOT NULL, "
    "detail TEXT NOT NULL)",
    "CREATE TABLE {2} ("
    "revision TEXT NOT NULL, direction TEXT NOT NULL, ordinal BIGINT NOT NULL, checksum TEXT NOT "
    "NULL, "
    "finished INTEGER NOT NULL, written_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (revision, direction, "
    "ordinal))",
    "CREATE TABLE {3} ("
    "id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, holder TEXT NOT NULL "
    "DEFAULT '', "
    "epoch BIGINT NOT NULL DEFAULT 0, held_until TIMESTAMPTZ)",
    "INSERT INTO {3} (id, format) VALUES (1, 1)"};

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// What joined() made of several.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) found.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

Timestamp timestamp(const std::string& text) {
  const auto parsed = Timestamp::parse(text);
  if (!parsed) throw Error(ErrorCode::internal, "the history holds the time '" + text + "'");
  return *parsed;
}

EventKind event_kind(const std::string& text) {
  for (const auto kind : {EventKind::upgrade, EventKind::downgrade, EventKind::stamp,
                          EventKind::repair, EventKind::failure, EventKind::seed}) {
    if (text == to_string(kind)) return kind;
  }
  throw Error(ErrorCode::internal, "the history holds an event of kind '" + text + "'");
}

}  // namespace

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::upgrade:
      return "upgrade";
    case EventKind::downgrade:
      return "downgrade";
    case EventKind::stamp:
      return "stamp";
    case EventKind::repair:
      return "repair";
    case EventKind::failure:
      return "failure";
    case EventKind::seed:
      return "seed";
  }
  return "";
}

History::History(db::Session& session, const TableName& table, Author author, const Clock& clock)
    : session_(session), table_(table), author_(std::move(author)), clock_(clock) {}

/// Runs SOCI's statements; what SOCI throws leaves as a db::StatementError.
template <typename Work>
auto History::translated(Work&& work) const {
  try {
    return work(session_.soci());
  } catch (const soci::soci_error& error) {
    if (auto said = session_.dialect().translate(session_, error)) throw *std::move(said);
    throw;
  }
}

int History::format() const {
  if (!Platform::of(session_.dialect().engine()).exists(session_, table_, "_state")) return 0;
  return translated([&](soci::session& sql) {
    int format = 0;
    sql << "SELECT format FROM " + table("_state") + " WHERE id = 1", soci::into(format);
    if (format > kFormat) {
      throw Error(ErrorCode::usage, fmt::format("the table {} has format {}, and this "
                                                "notes-migrate knows {} at most; use a newer one",
                                                table_.text(), format, kFormat));
    }
    return format;
  });
}

std::vector<std::string> History::definition(const db::Dialect& dialect, const TableName& table) {
  std::vector<std::string> statements;
  for (const auto* statement : kFormat1) {
    statements.push_back(fmt::format(
        fmt::runtime(statement), table.quoted(dialect, ""), table.quoted(dialect, "_events"),
        table.quoted(dialect, "_journal"), table.quoted(dialect, "_state")));
  }
  return statements;
}

void History::prepare() {
  if (format() == kFormat) return;
  const db::Dialect& dialect = session_.dialect();
  Transaction transaction(session_);
  for (const auto& statement : definition(dialect, table_))
    dialect.execute_raw(session_, statement);
  transaction.commit();
}

void History::touch() {
  // SQLite does not write a row that is as it was, and then there is nothing to wait for either.
  session_.dialect().execute_raw(
      session_, fmt::format("UPDATE {} SET epoch = epoch + 1 WHERE id = 1", table("_state")));
}

std::vector<AppliedRevision> History::applied() const {
  if (format() == 0) return {};
  return translated([&](soci::session& sql) {
    AppliedRevision row;
    std::string parents;
    std::string depends_on;
    std::string applied_at;
    long long took = 0;
    soci::statement select =
        (sql.prepare << "SELECT revision, parents, depends_on, message, checksum, token_checksum, "
                        "applied_at, applied_by, "
                        "duration_ms, tool_version FROM " +
                            table(""),
         soci::into(row.revision), soci::into(parents), soci::into(depends_on),
         soci::into(row.message), soci::into(row.checksum), soci::into(row.token_checksum),
         soci::into(applied_at), soci::into(row.applied_by), soci::into(took),
         soci::into(row.tool_version));
    std::vector<AppliedRevision> rows;
    for (bool more = select.execute(true); more; more = select.fetch()) {
      row.parents = words(parents);
      row.depends_on = words(depends_on);
      row.applied_at = timestamp(applied_at);
      row.took = std::chrono::milliseconds(took);
      rows.push_back(row);
    }
    // Here and not in SQL: SQLite would copy each row, with its SQL, into a sorter.
    std::sort(rows.begin(), rows.end(), [](const auto& left, const auto& right) {
      return std::tie(left.applied_at, left.revision) < std::tie(right.applied_at, right.revision);
    });
    return rows;
  });
}

std::string History::source(std::string_view revision) const {
  return translated([&](soci::session& sql) {
    const std::string id(revision);
    std::string source;
    std::string checksum;
    sql << "SELECT source, checksum FROM " + table("") + " WHERE revision = :revision",
        soci::use(id, "revision"), soci::into(source), soci::into(checksum);
    if (!sql.got_data() || checksum.empty()) {
      throw Error(
          ErrorCode::not_found,
          fmt::format("the history holds no SQL for revision {}: it was stamped without its file",
                      revision));
    }
    if (sha256(source) != checksum) {
      throw Error(ErrorCode::inconsistent,
                  fmt::format("the SQL that the history holds for revision {} does not match its "
                              "checksum {}: somebody has "
                              "edited {}; put the migration's file back instead",
                              revision, checksum, table_.text()));
    }
    return source;
  });
}

void History::add(const Migration& migration, std::string_view token_checksum, EventKind kind,
                  std::chrono::milliseconds took) {
  const Timestamp now = clock_.now();
  translated([&](soci::session& sql) {
    const std::string parents = joined(migration.down_revisions);
    const std::string depends_on = joined(migration.depends_on);
    const std::string tokens(token_checksum);
    const std::string applied_at = to_string(now);
    const long long duration = took.count();
    sql << "INSERT INTO " + table("") +
               " (revision, parents, depends_on, message, checksum, token_checksum, source, "
               "applied_at, applied_by, "
               "duration_ms, tool_version) VALUES (:revision, :parents, :depends_on, :message, "
               ":checksum, :tokens, :source, "
               ":applied_at, :applied_by, :duration, :version)",
        soci::use(migration.revision, "revision"), soci::use(parents, "parents"),
        soci::use(depends_on, "depends_on"), soci::use(migration.message, "message"),
        soci::use(migration.checksum, "checksum"), soci::use(tokens, "tokens"),
        soci::use(migration.source, "source"), soci::use(applied_at, "applied_at"),
        soci::use(author_.name, "applied_by"), soci::use(duration, "duration"),
        soci::use(author_.tool_version, "version");
  });
  Event event;
  event.kind = kind;
  event.revision = migration.revision;
  event.took = took;
  event.checksum = migration.checksum;
  record(std::move(event));
}

void History::remove(std::string_view revision, EventKind kind, std::chrono::milliseconds took) {
  translated([&](soci::session& sql) {
    const std::string id(revision);
    sql << "DELETE FROM " + table("") + " WHERE revision = :revision", soci::use(id, "revision");
  });
  Event event;
  event.kind = kind;
  event.revision = revision;
  event.took = took;
  record(std::move(event));
}

void History::replace_source(const Migration& migration, std::string_view token_checksum) {
  translated([&](soci::session& sql) {
    const std::string tokens(token_checksum);
    sql << "UPDATE " + table("") +
               " SET message = :message, checksum = :checksum, token_checksum = :tokens, source = "
               ":source "
               "WHERE revision = :revision",
        soci::use(migration.message, "message"), soci::use(migration.checksum, "checksum"),
        soci::use(tokens, "tokens"), soci::use(migration.source, "source"),
        soci::use(migration.revision, "revision");
  });
  Event event;
  event.kind = EventKind::repair;
  event.revision = migration.revision;
  event.checksum = migration.checksum;
  record(std::move(event));
}

void History::record(Event event) {
  const Timestamp now = clock_.now();
  translated([&](soci::session& sql) {
    const std::string id = to_string(Uuid::make_v7(now));
    const std::string kind(to_string(event.kind));
    const std::string at = to_string(now);
    const long long duration = event.took.count();
    sql << "INSERT INTO " + table("_events") +
               " (id, kind, revision, happened_at, happened_by, duration_ms, checksum, "
               "tool_version, detail) "
               "VALUES (:id, :kind, :revision, :at, :by, :duration, :checksum, :version, :detail)",
        soci::use(id, "id"), soci::use(kind, "kind"), soci::use(event.revision, "revision"),
        soci::use(at, "at"), soci::use(author_.name, "by"), soci::use(duration, "duration"),
        soci::use(event.checksum, "checksum"), soci::use(author_.tool_version, "version"),
        soci::use(event.detail, "detail");
  });
}

std::vector<Event> History::events() const {
  if (format() == 0) return {};
  return translated([&](soci::session& sql) {
    Event row;
    std::string kind;
    std::string at;
    long long took = 0;
    soci::statement select = (sql.prepare << "SELECT kind, revision, happened_at, happened_by, "
                                             "duration_ms, checksum, tool_version, detail FROM " +
                                                 table("_events") + " ORDER BY id",
                              soci::into(kind), soci::into(row.revision), soci::into(at),
                              soci::into(row.by), soci::into(took), soci::into(row.checksum),
                              soci::into(row.tool_version), soci::into(row.detail));
    std::vector<Event> rows;
    for (bool more = select.execute(true); more; more = select.fetch()) {
      row.kind = event_kind(kind);
      row.at = timestamp(at);
      row.took = std::chrono::milliseconds(took);
      rows.push_back(row);
    }
    return rows;
  });
}

Journal History::journal(std::string_view revision, Direction direction) const {
  return translated([&](soci::session& sql) {
    const std::string id(revision);
    const std::string way(to_string(direction));
    long long ordinal = 0;
    int finished = 0;
    JournalEntry entry;
    soci::statement select =
        (sql.prepare << "SELECT ordinal, checksum, finished FROM " + table("_journal") +
                            " WHERE revision = :revision AND direction = :direction",
         soci::use(id, "revision"), soci::use(way, "direction"), soci::into(ordinal),
         soci::into(entry.checksum), soci::into(finished));
    Journal journal;
    for (bool more = select.execute(true); more; more = select.fetch()) {
      entry.finished = finished != 0;
      journal[static_cast<std::size_t>(ordinal)] = entry;
    }
    return journal;
  });
}

void History::journal_write(std::string_view revision, Direction direction, std::size_t ordinal,
                            const JournalEntry& entry) {
  translated([&](soci::session& sql) {
    const std::string id(revision);
    const std::string way(to_string(direction));
    const auto place = static_cast<long long>(ordinal);
    const int finished = entry.finished ? 1 : 0;
    const std::string at = to_string(clock_.now());
    sql << "INSERT INTO " + table("_journal") +
               " (revision, direction, ordinal, checksum, finished, written_at) "
               "VALUES (:revision, :direction, :ordinal, :checksum, :finished, :at) "
               "ON CONFLICT (revision, direction, ordinal) DO UPDATE SET checksum = "
               "excluded.checksum, "
               "finished = excluded.finished, written_at = excluded.written_at",
        soci::use(id, "revision"), soci::use(way, "direction"), soci::use(place, "ordinal"),
        soci::use(entry.checksum, "checksum"), soci::use(finished, "finished"), soci::use(at, "at");
  });
}

void History::journal_clear(std::string_view revision, Direction direction) {
  translated([&](soci::session& sql) {
    const std::string id(revision);
    const std::string way(to_string(direction));
    sql << "DELETE FROM " + table("_journal") +
               " WHERE revision = :revision AND direction = :direction",
        soci::use(id, "revision"), soci::use(way, "direction");
  });
}

std::vector<std::string> History::unfinished() const {
  if (format() == 0) return {};
  return translated([&](soci::session& sql) {
    std::string revision;
    soci::statement select =
        (sql.prepare << "SELECT DISTINCT revision FROM " + table("_journal") + " ORDER BY revision",
         soci::into(revision));
    std::vector<std::string> revisions;
    for (bool more = select.execute(true); more; more = select.fetch())
      revisions.push_back(revision);
    return revisions;
  });
}

}  // namespace notes::migrate
