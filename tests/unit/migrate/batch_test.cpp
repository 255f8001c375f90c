#include "migrate/batch.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::migrate;

namespace {

Migration migration(const std::string& body) {
  return parse_migration("m/a1.sql", "-- revision: a1\n" + body);
}

std::string message_of(const std::string& body, db::Engine engine = db::Engine::postgresql) {
  try {
    batches(migration(body), Direction::up, engine);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::malformed);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("neighbouring transactional sections are one batch, and other engines' are passed over") {
  const auto file = migration(
      "-- migrate:up\nSELECT 1;\n-- migrate:up only:sqlite\nSELECT 2;\n-- migrate:up "
      "only:postgresql\nSELECT 3;\n"
      "-- migrate:up only:postgresql transaction:false\nVACUUM;\n-- migrate:down\nSELECT 4;\n");

  const auto on_postgresql = batches(file, Direction::up, db::Engine::postgresql);
  REQUIRE(on_postgresql.size() == 2);
  REQUIRE(on_postgresql[0].statements.size() == 2);
  CHECK(on_postgresql[0].transactional);
  CHECK(on_postgresql[0].statements[1].statement.text == "SELECT 3");
  CHECK(on_postgresql[0].statements[1].statement.position.line == 7);
  CHECK_FALSE(on_postgresql[1].transactional);

  const auto on_sqlite = batches(file, Direction::up, db::Engine::sqlite);
  REQUIRE(on_sqlite.size() == 1);
  CHECK(on_sqlite[0].statements.size() == 2);
  CHECK(batches(file, Direction::down, db::Engine::sqlite)[0].statements[0].statement.text ==
        "SELECT 4");
}

TEST_CASE("a section of standalone statements only leaves the transaction by itself") {
  const auto found = batches(migration("-- migrate:up\nCREATE INDEX CONCURRENTLY i ON t (a);\n"),
                             Direction::up, db::Engine::postgresql);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].transactional);
}

TEST_CASE("an idempotent mark belongs to the statement behind it") {
  const auto found = batches(migration("-- migrate:up transaction:false\nCALL a();\n-- "
                                       "migrate:idempotent\nCALL b();\nCALL c();\n"),
                             Direction::up, db::Engine::postgresql);
  REQUIRE(found[0].statements.size() == 3);
  CHECK_FALSE(found[0].statements[0].idempotent);
  CHECK(found[0].statements[1].idempotent);
  CHECK_FALSE(found[0].statements[2].idempotent);
}

TEST_CASE("what cannot work is refused before anything runs, with file, line and column") {
  CHECK(message_of(
            "-- migrate:up\nCREATE TABLE t (a int);\n  CREATE INDEX CONCURRENTLY i ON t (a);\n") ==
        "m/a1.sql:4:3: CREATE INDEX CONCURRENTLY cannot run inside a transaction, and other "
        "statements of this section do; put it into "
        "a section of its own that begins with '-- migrate:up transaction:false' (or down)");
  CHECK(message_of("-- migrate:up\nBEGIN;\nSELECT 1;\nCOMMIT;\n")
            .starts_with("m/a1.sql:3:1: BEGIN: the migration runs in a transaction"));
  CHECK(message_of("-- migrate:up transaction:false\nCOMMIT;\n", db::Engine::sqlite)
            .starts_with("m/a1.sql:3:1: COMMIT: "));
  CHECK(message_of("-- migrate:up\nSELECT 1;\nSELEC 2;\n") ==
        "m/a1.sql:4:1: syntax error at or near \"SELEC\"");
  CHECK(message_of("-- migrate:up\nALTER TYPE mood ADD VALUE 'calm';\nUPDATE t SET m = 'calm';\n")
            .starts_with(
                "m/a1.sql:4:1: the label 'calm' is added on line 3 of the same transaction"));
}

TEST_CASE("the token checksum sees tokens and nothing else") {
  const auto of = [](const std::string& body, db::Engine engine = db::Engine::postgresql) {
    return token_checksum(migration(body), engine);
  };
  const auto original =
      of("-- message: one\n-- migrate:up\nSELECT 1, 'a b';\n-- migrate:down\nSELECT 2;\n");
  CHECK(original.size() == 64);
  CHECK(of("-- message: two\n-- migrate:up\n/* new */ SELECT 1 , -- comment\n 'a b' ;\n\n-- "
           "migrate:down\nSELECT 2;\n") == original);
  CHECK(of("-- migrate:up\nSELECT 1, 'a  b';\n-- migrate:down\nSELECT 2;\n") != original);
  CHECK(of("-- migrate:up\nSELECT 1, 'a b';\n-- migrate:down\nSELECT 3;\n") != original);
  CHECK(of("-- migrate:up\nSELECT 1, 'a b';\n-- migrate:down\nSELECT 2;\n-- migrate:up "
           "only:sqlite\nSELECT 9;\n") == original);
  CHECK(of("-- migrate:up transaction:false\nSELECT 1, 'a b';\n-- migrate:down\nSELECT 2;\n") !=
        original);
}
