#include "migrate/folder.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::migrate;
using Ids = std::vector<std::string>;

TEST_CASE("a folder's SQL files are read in the order of their names, and others passed over") {
  const tests::TemporaryDirectory folder;
  folder.write("b2.sql", "-- revision: b2\n-- down_revision: a1\n-- migrate:up\n");
  folder.write("a1.sql", "-- revision: a1\n-- migrate:up\n");
  folder.write("README.md", "no migration");
  folder.write("._a1.sql", "a file manager's");
  folder.write("old/c3.sql", "-- revision: c3\n-- migrate:up\n");

  const auto migrations = read_folder(folder.path());
  REQUIRE(migrations.size() == 2);
  CHECK(migrations[0].revision == "a1");
  CHECK(migrations[1].revision == "b2");
  CHECK(migrations[1].path == folder.path() / "b2.sql");
}

TEST_CASE("a folder of many files is read whole and in order") {
  const tests::TemporaryDirectory folder;
  std::string text;
  for (int n = 100; n < 300; ++n) {
    const auto id = "r" + std::to_string(n);
    text = "-- revision: " + id + "\n-- migrate:up\nSELECT " + std::to_string(n) + ";\n";
    if (n == 250) text.append(100'000, ' ');  // longer than any buffer
    folder.write(id + ".sql", text);
  }

  FolderReading reading(folder.path());
  const auto migrations = reading.finish();
  REQUIRE(migrations.size() == 200);
  for (std::size_t at = 0; at < migrations.size(); ++at)
    CHECK(migrations[at].revision == "r" + std::to_string(100 + at));
  CHECK(migrations[150].source.size() == 100'044);
  CHECK(migrations[0].source == "-- revision: r100\n-- migrate:up\nSELECT 100;\n");
}

TEST_CASE("of several files that are wrong the first is told, whichever thread meets it") {
  const tests::TemporaryDirectory folder;
  for (int n = 100; n < 300; ++n) {
    const bool wrong = n == 140 || n == 230;
    const auto id = "r" + std::to_string(n);
    folder.write(id + ".sql", wrong ? "SELECT 1;\n" : "-- revision: " + id + "\n-- migrate:up\n");
  }

  try {
    read_folder(folder.path());
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::malformed);
    CHECK(std::string(error.what()).find("r140.sql:1: ") != std::string::npos);
  }
}

TEST_CASE("headerless files are chained by the number of their version") {
  const tests::TemporaryDirectory folder;
  for (const auto* name : {"10_c.sql", "9_b.sql", "001_a.sql"})
    folder.write(name, "-- migrate:up\nSELECT 1;\n");

  for (const auto& migration : read_folder(folder.path())) {
    CAPTURE(migration.revision);
    if (migration.revision == "001") CHECK(migration.down_revisions == Ids{});
    if (migration.revision == "9") CHECK(migration.down_revisions == Ids{"001"});
    if (migration.revision == "10") CHECK(migration.down_revisions == Ids{"9"});
  }
}

TEST_CASE("a folder that is not there is named with the option that names it") {
  try {
    read_folder("/no/such/folder");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(std::string(error.what()) ==
          "the migrations folder /no/such/folder cannot be read: No such file or directory; name "
          "it with --dir");
  }
}

TEST_CASE("a new migration is a file that reads back as what was asked for") {
  const tests::TemporaryDirectory folder;
  const auto path = write_migration(folder.path(), {.revision = "abc123",
                                                    .down_revisions = {"a1", "b2"},
                                                    .depends_on = {"c3"},
                                                    .branch_labels = {"mail"},
                                                    .message = "Add notes.archived_at (für alle)"});
  CHECK(path.filename() == "abc123_add_notes_archived_at_f_r_alle.sql");
  CHECK(tests::read_file(path) ==
        "-- revision: abc123\n-- down_revision: a1, b2\n-- depends_on: c3\n-- branch_labels: mail\n"
        "-- message: Add notes.archived_at (für alle)\n\n-- migrate:up\n\n-- migrate:down\n");
  const auto migration = read_folder(folder.path()).at(0);
  CHECK(migration.down_revisions == Ids{"a1", "b2"});
  CHECK(migration.message == "Add notes.archived_at (für alle)");
}

TEST_CASE("a new migration gets twelve random hexadecimal digits and never overwrites") {
  const tests::TemporaryDirectory folder;
  const auto first = write_migration(folder.path(), {.message = "x"}).filename().string();
  const auto second = write_migration(folder.path(), {.message = "x"}).filename().string();
  CHECK(first.size() == 12 + std::string("_x.sql").size());
  CHECK(first.find_first_not_of("0123456789abcdef") == 12);
  CHECK(first != second);
  write_migration(folder.path(), {.revision = "abcd", .message = "x"});
  CHECK_THROWS_AS(write_migration(folder.path(), {.revision = "abcd", .message = "x"}), Error);
  CHECK(read_folder(folder.path()).size() == 3);
}
