#include "migrate/migration.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::migrate;

namespace {

std::string message_of(const std::string& name, const std::string& text) {
  try {
    parse_migration(name, text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::malformed);
    return error.what();
  }
  return "no error";
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a migration's header and sections are read with their places") {
  const std::string text =
      "-- revision: 3f2a9c1b7e44\n"
      "-- down_revision: 1a2b3c4d5e6f, 2b3c4d5e6f70\n"
      "-- depends_on: 77777777\n"
      "-- branch_labels: mail\n"
      "-- message: join: the branches\n"
      "-- lock_timeout: 10s\n"
      "-- Anything else: is a comment.\n"
      "\n"
      "-- migrate:up\n"
      "SELECT 1;\n"
      "-- migrate:up only:postgresql transaction:false\n"
      "-- migrate:idempotent\n"
      "VACUUM;\n"
      "-- migrate:down\n";
  const auto migration = parse_migration("m/x.sql", text);

  CHECK(migration.revision == "3f2a9c1b7e44");
  CHECK(migration.down_revisions == Names{"1a2b3c4d5e6f", "2b3c4d5e6f70"});
  CHECK(migration.depends_on == Names{"77777777"});
  CHECK(migration.branch_labels == Names{"mail"});
  CHECK(migration.message == "join: the branches");
  CHECK(migration.lock_timeout == std::chrono::seconds(10));
  CHECK(migration.has_header);
  CHECK(migration.source == text);
  REQUIRE(migration.sections.size() == 3);
  CHECK(migration.text(migration.sections[0]) == "SELECT 1;\n");
  CHECK(migration.sections[0].start.line == 10);
  CHECK(migration.sections[0].transactional);
  CHECK_FALSE(migration.sections[0].only);
  CHECK(migration.sections[1].only == db::Engine::postgresql);
  CHECK_FALSE(migration.sections[1].transactional);
  CHECK(migration.sections[1].idempotent_lines == std::vector<std::size_t>{12});
  CHECK(migration.text(migration.sections[1]) == "-- migrate:idempotent\nVACUUM;\n");
  CHECK(migration.sections[2].direction == Direction::down);
  CHECK(migration.has_down());
}

TEST_CASE("a byte order mark, CRLF and a missing last line break change nothing") {
  const auto migration = parse_migration("x.sql",
                                         "\xEF\xBB\xBF-- revision: abc1\r\n-- message: m\r\n-- "
                                         "migrate:up\r\nSELECT 1;\r\n-- migrate:down\r\nSELECT 2");
  CHECK(migration.revision == "abc1");
  CHECK(migration.message == "m");
  CHECK(migration.text(migration.sections[0]) == "SELECT 1;\r\n");
  CHECK(migration.text(migration.sections[1]) == "SELECT 2");
}

TEST_CASE("a file without header is read as dbmate reads it") {
  const auto migration =
      parse_migration("db/20260102030405_create_users.sql",
                      "-- migrate:up transaction:false\nSELECT 1;\n\n-- migrate:down\n");
  CHECK_FALSE(migration.has_header);
  CHECK(migration.revision == "20260102030405");
  CHECK(migration.message == "create users");
  CHECK(migration.down_revisions.empty());
  CHECK_FALSE(migration.sections[0].transactional);
}

TEST_CASE("none and nothing both make a base") {
  CHECK(parse_migration("x.sql", "-- revision: a1\n-- down_revision: none\n-- migrate:up\n")
            .down_revisions.empty());
  CHECK(parse_migration("x.sql", "-- revision: a1\n-- down_revision:\n-- migrate:up\n")
            .down_revisions.empty());
}

TEST_CASE("what is wrong with a file is said with its line and the way out") {
  CHECK(message_of("m/x.sql", "-- revision: a1\n") ==
        "m/x.sql:1: no '-- migrate:up' line; put it above the SQL that the migration runs");
  CHECK(message_of("m/x.sql", "-- revision: a1\n-- migrate:down\n") ==
        "m/x.sql:2: '-- migrate:down' without '-- migrate:up'");
  CHECK(message_of("m/x.sql", "-- revision: a1\nSELECT 1;\n-- migrate:up\n") ==
        "m/x.sql:2: SQL before the first '-- migrate:up' line; put that line above it");
  CHECK(message_of("m/x.sql", "-- revision: a1\n-- migrate:upp\n") ==
        "m/x.sql:2: unknown directive 'migrate:upp' (did you mean 'migrate:up'?)");
  CHECK(message_of("m/x.sql", "-- revision: a1\n-- migrate:up only:postgres\n") ==
        "m/x.sql:2: unknown option 'only:postgres' (did you mean 'only:postgresql'?); known are "
        "transaction:false, transaction:true, "
        "only:postgresql, only:sqlite");
  CHECK(message_of("m/x.sql", "-- revision: a1\n-- down_revison: b2\n-- migrate:up\n") ==
        "m/x.sql:2: unknown header 'down_revison' (did you mean 'down_revision'?)");
  CHECK(message_of("m/x.sql", "-- revision: head\n-- migrate:up\n") ==
        "m/x.sql:1: revision: expected 1 to 64 letters, digits and underscores (not head, heads, "
        "base or current), got 'head'");
  CHECK(message_of("m/x.sql", "-- message: m\n-- migrate:up\n") ==
        "m/x.sql:1: a header without '-- revision:'; add that line");
  CHECK(message_of("m/x.sql", "-- migrate:up\n")
            .starts_with("m/x.sql:1: neither a '-- revision:' line nor a file name"));
  CHECK(message_of("m/x.sql", "-- revision: a1\n-- lock_timeout: soon\n-- migrate:up\n") ==
        "m/x.sql:2: lock_timeout: expected a duration such as 10s, got 'soon'");
  CHECK(message_of("m/x.sql", std::string("-- revision: a1\n-- migrate:up\n\0", 31)) ==
        "m/x.sql:3: a NUL byte: the file must be UTF-8 text (saved as UTF-16?)");
}
