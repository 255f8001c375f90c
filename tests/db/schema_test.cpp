#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "schema/table.hpp"
#include "support/database.hpp"

namespace notes::schema {
namespace {

using tests::execute;
using tests::Postgres;
using tests::Sqlite;

template <typename Backend>
struct Opened {
  Backend backend;
  std::unique_ptr<db::Session> session =
      db::open_session(db::Url::parse(backend.url()), tests::database_settings(backend.url()));
};

using Keys = std::vector<std::vector<std::string>>;

TEST_CASE_TEMPLATE("a table is found with its columns and its keys", Backend, Sqlite, Postgres) {
  Opened<Backend> open;
  execute(open.backend.url(),
          {"CREATE TABLE t (id UUID NOT NULL PRIMARY KEY, \"odd \"\" name\" VARCHAR(3), n BIGINT "
           "NOT NULL, at TIMESTAMPTZ, doubled BIGINT GENERATED ALWAYS AS (n * 2) STORED)",
           "CREATE UNIQUE INDEX t_pair ON t (n, at)",
           "CREATE UNIQUE INDEX t_partial ON t (n) WHERE at IS NULL",
           "CREATE UNIQUE INDEX t_expression ON t (lower(\"odd \"\" name\"))",
           "CREATE INDEX t_plain ON t (at)"});

  const auto table = require_table(*open.session, "t");

  CHECK(table.name == "t");
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(column.name);
  CHECK(names == std::vector<std::string>{"id", "odd \" name", "n", "at", "doubled"});
  CHECK(table.primary_key == std::vector<std::string>{"id"});
  CHECK(table.unique_keys == Keys{{"id"}, {"n", "at"}});
  CHECK(table.is_unique({"at", "n"}));
  CHECK_FALSE(table.is_unique({"n"}));
  CHECK(table.find("n")->required);
  CHECK_FALSE(table.find("at")->required);
  CHECK(table.find("doubled")->generated);
  CHECK_FALSE(table.find("n")->generated);
  CHECK(table.find("N") == nullptr);
}

TEST_CASE_TEMPLATE("a key of several columns keeps the order in which it was declared", Backend,
                   Sqlite, Postgres) {
  Opened<Backend> open;
  execute(open.backend.url(), {"CREATE TABLE t (a INTEGER, b INTEGER, PRIMARY KEY (b, a))"});

  const auto table = require_table(*open.session, "t");

  CHECK(table.primary_key == std::vector<std::string>{"b", "a"});
  CHECK(table.unique_keys == Keys{{"b", "a"}});
}

TEST_CASE_TEMPLATE("a table that is not there is an error with a name that is", Backend, Sqlite,
                   Postgres) {
  Opened<Backend> open;
  execute(open.backend.url(),
          {"CREATE TABLE notes (id INTEGER)", "CREATE VIEW seen AS SELECT id FROM notes"});
  CHECK_FALSE(find_table(*open.session, "seen"));
  CHECK_FALSE(find_table(*open.session, "no\"tes"));
  CHECK(table_names(*open.session) == std::vector<std::string>{"notes"});
  try {
    require_table(*open.session, "note");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(std::string(error.what()) ==
          "note: there is no such table in the database (did you mean 'notes'?); create it with a "
          "migration");
  }
}

TEST_CASE("SQLite's declared types say what a column takes") {
  Opened<Sqlite> open;
  execute(open.backend.url(),
          {"CREATE TABLE t (a UUID, b TIMESTAMPTZ, c timestamp with time zone, d BOOLEAN, e JSONB, "
           "f BIGINT, g DOUBLE PRECISION, h VARCHAR(20), i POINT, j BLOB, k, l TIMESTAMP)"});
  std::vector<ValueKind> kinds;
  const auto table = require_table(*open.session, "t");
  for (const auto& column : table.columns) kinds.push_back(column.kind);
  using enum ValueKind;
  CHECK(kinds == std::vector<ValueKind>{uuid, timestamp, timestamp, boolean, json, integer, number,
                                        text, text, text, text, text});
  CHECK(table.find("j")->binary);
}

TEST_CASE("PostgreSQL's other schemas are named, and on the search path they need not be") {
  Opened<Postgres> open;
  execute(open.backend.url(),
          {"CREATE SCHEMA other", "CREATE TABLE other.t (id INTEGER PRIMARY KEY)"});
  CHECK_FALSE(find_table(*open.session, "t"));
  const auto table = require_table(*open.session, "other.t");
  CHECK(quoted(open.session->dialect(), table) == R"("other"."t")");
  CHECK(parameter(table.columns.at(0), 3) == "CAST(:p3 AS integer)");
  CHECK(table_names(*open.session) == std::vector<std::string>{"other.t"});
  open.session->dialect().execute_raw(*open.session, "SET search_path = other");
  CHECK(require_table(*open.session, "t").schema == "other");
}

}  // namespace
}  // namespace notes::schema
