#include "db/database.hpp"

#include <string>

#include <doctest/doctest.h>
#include <soci/soci.h>

#include "support/database.hpp"

namespace notes::db {
namespace {

using tests::OpenDatabase;
using tests::Postgres;
using tests::Sqlite;

void create_table(Database& database) {
  database.transact([](Session& session) {
    session.dialect().execute_raw(session,
                                  "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL)");
  });
}

TEST_CASE_TEMPLATE("what a transaction wrote is read back", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  create_table(open.database);
  const std::string text = "안녕하세요 ' \" :x \\ \n — €";
  open.database.transact([&](Session& session) {
    session.soci() << "INSERT INTO t (id, v) VALUES (1, :v)", soci::use(text);
  });
  const auto found = open.database.read([](Session& session) {
    std::string value;
    session.soci() << "SELECT v FROM t WHERE id = 1", soci::into(value);
    return value;
  });
  CHECK(found == text);
}

}  // namespace
}  // namespace notes::db
