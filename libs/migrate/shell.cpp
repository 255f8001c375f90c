#include "migrate/shell.hpp"

#include <iterator>

#include <fmt/format.h>

namespace notes::migrate {
namespace {

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

std::string words(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, " "));
}

}  // namespace

const Shell& shell_of(db::Engine engine) {
  switch (engine) {
    case db::Engine::sqlite:
      return kSqlite;
    case db::Engine::postgresql:
      return kPostgresql;
  }
  return kPostgresql;
}

std::string literal(const Shell& shell, std::string_view value) {
  if (value.find('\r') != std::string_view::npos) {
    std::string digits;
    for (const char byte : value)
      fmt::format_to(std::back_inserter(digits), "{:02x}", static_cast<unsigned char>(byte));
    return fmt::format(fmt::runtime(shell.from_hex), digits);
  }
  std::string quoted = "'";
  for (const char byte : value) {
    if (byte == '\'') quoted += '\'';
    quoted += byte;
  }
  return quoted + "'";
}

std::string history_row(const Shell& shell, std::string_view table, const AppliedRevision& row,
                        std::string_view source) {
  const auto text = [&](std::string_view value) { return literal(shell, value); };
  return fmt::format(
      "INSERT INTO {} (revision, parents, depends_on, message, checksum, token_checksum, source, "
      "applied_at, applied_by, duration_ms, tool_version) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, "
      "{}, {}, {})",
      table, text(row.revision), text(words(row.parents)), text(words(row.depends_on)),
      text(row.message), text(row.checksum), text(row.token_checksum), text(source), shell.now,
      text(row.applied_by), row.took.count(), text(row.tool_version));
}

}  // namespace notes::migrate
