#include "migrate/script.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/uuid.hpp"
#include "db/dialect.hpp"
#include "migrate/batch.hpp"
#include "migrate/checksum.hpp"

namespace notes::migrate {
namespace {

/// In what the scripts of the two shells differ.
struct Shell {
  std::string_view head;
  std::string_view now;            ///< as the column of a time has it
  std::string_view from_hex;       ///< text from its bytes
  std::string_view before_commit;  ///< inside each transaction, behind its statements
};

// SQLite: foreign keys as `begin_migration` leaves them. A row that refers to nothing breaks the
// CHECK, which `.bail on` makes the end of the script, and the transaction is never committed.
constexpr Shell kSqlite{
    .head =
        ".bail on\n"
        "PRAGMA foreign_keys = OFF;\n"
        "CREATE TEMP TABLE notes_migrate_broken_references (row TEXT CHECK (row IS NULL));\n",
    .now = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')",
    .from_hex = "CAST(X'{}' AS TEXT)",
    .before_commit =
        "INSERT INTO temp.notes_migrate_broken_references SELECT \"table\" FROM "
        "pragma_foreign_key_check;\n"};

constexpr Shell kPostgresql{.head =
                                "\\set ON_ERROR_STOP on\n"
                                "SET client_encoding = 'UTF8';\n"
                                "SET standard_conforming_strings = on;\n"
                                "SET DateStyle = 'ISO, YMD';\n"
                                "SET TimeZone = 'UTC';\n",
                            .now = "clock_timestamp()",
                            .from_hex = "convert_from('\\x{}', 'UTF8')",
                            .before_commit = ""};

const Shell& shell_of(db::Engine engine) {
  switch (engine) {
    case db::Engine::sqlite:
      return kSqlite;
    case db::Engine::postgresql:
      return kPostgresql;
  }
  return kPostgresql;
}

class Writer {
 public:
  Writer(const ScriptOptions& options, const Clock& clock)
      : options_(options),
        clock_(clock),
        dialect_(db::Dialect::of(options.engine)),
        shell_(shell_of(options.engine)) {}

  void head() {
    line("-- Made by notes-migrate {}. It stops at the first error.", options_.author.tool_version);
    text_ += shell_.head;
    if (!options_.makes_tables) return;
    begin();
    for (const auto& statement : History::definition(dialect_, options_.table))
      line("{};", statement);
    line("COMMIT;");
  }

  void stamp(const std::vector<PlannedStep>& steps) {
    begin();
    for (const auto& step : steps) rows(step, EventKind::stamp);
    line("COMMIT;");
  }

  void run(const PlannedStep& step) {
    const auto& migration = step.migration;
    line("\n-- {} {} {}", to_string(step.direction), migration.revision, migration.message);
    if (options_.engine == db::Engine::postgresql) {
      line("SET lock_timeout = '{}ms';",
           migration.lock_timeout.value_or(options_.lock_timeout).count());
    }
    const auto work = batches(migration, step.direction, options_.engine);
    const bool one_transaction = work.empty() || (work.size() == 1 && work.front().transactional);
    for (const auto& batch : work) {
      if (batch.transactional) begin();
      for (const auto& item : batch.statements) line("{};", item.statement.text);
      if (batch.transactional && !one_transaction) commit();
    }
    if (work.empty() || !one_transaction) begin();
    rows(step, step.direction == Direction::up ? EventKind::upgrade : EventKind::downgrade);
    commit();
  }

  std::string text() && { return std::move(text_); }

 private:
  template <typename... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    text_ += '\n';
  }

  void begin() { line("{};", dialect_.begin_write()); }

  void commit() {
    text_ += shell_.before_commit;
    line("COMMIT;");
  }

  /// A literal that the shell hands on byte for byte: it reads line by line, and sqlite3 drops the
  /// CR at a line's end.
  std::string literal(std::string_view value) const {
    if (value.find('\r') != std::string_view::npos) {
      std::string digits;
      for (const char byte : value)
        fmt::format_to(std::back_inserter(digits), "{:02x}", static_cast<unsigned char>(byte));
      return fmt::format(fmt::runtime(shell_.from_hex), digits);
    }
    std::string quoted = "'";
    for (const char byte : value) quoted += byte == '\'' ? std::string("''") : std::string(1, byte);
    return quoted + "'";
  }

  void rows(const PlannedStep& step, EventKind kind) {
    const auto& migration = step.migration;
    const std::string revision = literal(migration.revision);
    const std::string by = literal(options_.author.name);
    const std::string version = literal(options_.author.tool_version);
    std::string checksum;
    if (step.direction == Direction::up) {
      checksum = sha256(migration.source);
      line(
          "INSERT INTO {} (revision, parents, depends_on, message, checksum, token_checksum, "
          "source, applied_at, applied_by, duration_ms, tool_version) VALUES ({}, {}, {}, {}, {}, "
          "{}, {}, {}, {}, 0, {});",
          options_.table.quoted(dialect_, ""), revision,
          literal(fmt::format("{}", fmt::join(migration.down_revisions, " "))),
          literal(fmt::format("{}", fmt::join(migration.depends_on, " "))),
          literal(migration.message), literal(checksum),
          literal(token_checksum(migration, options_.engine)), literal(migration.source),
          shell_.now, by, version);
    } else {
      line("DELETE FROM {} WHERE revision = {};", options_.table.quoted(dialect_, ""), revision);
    }
    line(
        "INSERT INTO {} (id, kind, revision, happened_at, happened_by, duration_ms, checksum, "
        "tool_version, detail) VALUES ({}, {}, {}, {}, {}, 0, {}, {}, '');",
        options_.table.quoted(dialect_, "_events"), literal(to_string(Uuid::make_v7(clock_.now()))),
        literal(to_string(kind)), revision, shell_.now, by, literal(checksum), version);
  }

  const ScriptOptions& options_;
  const Clock& clock_;
  const db::Dialect& dialect_;
  const Shell& shell_;
  std::string text_;
};

}  // namespace

std::string script(const std::vector<PlannedStep>& steps, const ScriptOptions& options,
                   const Clock& clock) {
  if (!options.stamps) {
    for (const auto& step : steps) {
      if (step.direction == Direction::down) require_way_back(step.migration);
    }
  }
  Writer writer(options, clock);
  writer.head();
  if (options.stamps) {
    writer.stamp(steps);
  } else {
    for (const auto& step : steps) writer.run(step);
  }
  return std::move(writer).text();
}

}  // namespace notes::migrate
