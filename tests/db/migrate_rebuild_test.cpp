#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/migrate_workshop.hpp"

using namespace notes;
using namespace notes::tests;
using Ids = std::vector<std::string>;

namespace {

/// Parents with children that go with them, enforced.
void furnish(Workshop<Sqlite>& work) {
  work.folder.write("a1.sql", migration("a1aa", "",
                                        "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);\n"
                                        "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id "
                                        "INTEGER NOT NULL REFERENCES parent (id) "
                                        "ON DELETE CASCADE);\n"
                                        "INSERT INTO parent VALUES (1, 'one'), (2, 'two');\n"
                                        "INSERT INTO child VALUES (10, 1), (11, 1), (20, 2);"));
  work.upgrade();
}

std::string message_of(Workshop<Sqlite>& work) {
  try {
    work.upgrade();
  } catch (const migrate::MigrationFailure& failure) {
    CHECK(failure.code() == ErrorCode::statement_failed);
    return failure.details().message;
  }
  return "no error";
}

constexpr auto kRebuild =
    "PRAGMA foreign_keys = OFF;\n"
    "CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"
    "INSERT INTO parent_new SELECT id, name FROM parent;\n"
    "DROP TABLE parent;\n"
    "ALTER TABLE parent_new RENAME TO parent;\n"
    "PRAGMA foreign_keys = ON;";

}  // namespace

TEST_CASE("the documented rebuild of a table keeps every child row") {
  Workshop<Sqlite> work;
  furnish(work);
  work.folder.write("b2.sql", migration("b2bb", "a1aa", kRebuild));
  work.upgrade();
  CHECK(work.values("SELECT CAST(id AS TEXT) FROM child ORDER BY id") == Ids{"10", "11", "20"});
  CHECK(work.values("SELECT CAST(name AS TEXT) FROM parent ORDER BY id") == Ids{"one", "two"});
  CHECK_THROWS_AS(execute(work.backend.url(), {"INSERT INTO child VALUES (30, 3)"}), Error);
}

TEST_CASE("a rebuild that loses a parent is rolled back") {
  Workshop<Sqlite> work;
  furnish(work);
  std::string lossy(kRebuild);
  lossy.replace(lossy.find("FROM parent;"), 12, "FROM parent WHERE id = 1;");
  work.folder.write("b2.sql", migration("b2bb", "a1aa", lossy));
  CHECK(message_of(work) ==
        "1 rows of child would refer to rows of parent that are not there (PRAGMA "
        "foreign_key_check)");
  CHECK(work.values("SELECT CAST(id AS TEXT) FROM parent ORDER BY id") == Ids{"1", "2"});
}

TEST_CASE("a trigger that empties a table the migration does not name rolls it back") {
  Workshop<Sqlite> work;
  furnish(work);
  execute(work.backend.url(),
          {"CREATE TRIGGER t AFTER DELETE ON parent BEGIN DELETE FROM child; END"});
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "DELETE FROM parent WHERE id = 2;"));
  CHECK(message_of(work).starts_with("the table child had 3 rows and now: 0"));
  CHECK(work.value("SELECT CAST(count(*) AS TEXT) FROM child") == "3");

  work.folder.write(
      "b2.sql",
      migration("b2bb", "a1aa",
                "DELETE FROM child WHERE parent_id = 2;\nDELETE FROM parent WHERE id = 2;"));
  CHECK(ids(work.upgrade()) == Ids{"b2bb"});
}

TEST_CASE(
    "a rebuild outside the transaction is stopped before it leaves children without parents") {
  Workshop<Sqlite> work;
  furnish(work);
  work.folder.write("b2.sql",
                    "-- revision: b2bb\n-- down_revision: a1aa\n-- migrate:up "
                    "transaction:false\n" +
                        std::string(kRebuild) + "\n-- migrate:down\n");
  CHECK(message_of(work) ==
        "3 rows of child would refer to rows of parent that are not there (PRAGMA "
        "foreign_key_check)");
  CHECK(work.values("SELECT CAST(id AS TEXT) FROM child ORDER BY id") == Ids{"10", "11", "20"});
  CHECK(work.values("SELECT CAST(id AS TEXT) FROM parent ORDER BY id") == Ids{"1", "2"});
}

TEST_CASE("outside the transaction, too, a table that is not named keeps its rows") {
  Workshop<Sqlite> work;
  furnish(work);
  execute(work.backend.url(),
          {"CREATE TRIGGER t AFTER DELETE ON parent BEGIN DELETE FROM child; END"});
  work.folder.write("b2.sql",
                    "-- revision: b2bb\n-- down_revision: a1aa\n-- migrate:up transaction:false\n"
                    "DELETE FROM parent WHERE id = 2;\n-- migrate:down\n");
  CHECK(message_of(work).starts_with("the table child had 3 rows and now: 0"));
  CHECK(work.value("SELECT CAST(count(*) AS TEXT) FROM child") == "3");
}

TEST_CASE("the tables inside a virtual table may change with it") {
  Workshop<Sqlite> work;
  work.folder.write("a1.sql", migration("a1aa", "",
                                        "CREATE VIRTUAL TABLE words USING fts5 (word);\n"
                                        "INSERT INTO words VALUES ('one'), ('two');",
                                        "DROP TABLE words;"));
  work.upgrade();
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "DELETE FROM words WHERE word = 'one';"));
  CHECK(ids(work.upgrade()) == Ids{"b2bb"});
  CHECK(work.value("SELECT CAST(word AS TEXT) FROM words") == "two");
  CHECK(ids(work.downgrade("base")) == Ids{"b2bb", "a1aa"});
}
