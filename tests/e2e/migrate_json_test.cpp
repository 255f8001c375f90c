#include <doctest/doctest.h>

#include "db/query.hpp"
#include "e2e/process.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

Finished migrate(const TemporaryDirectory& folder, const std::string& url,
                 std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "--dir", "m"});
  return run(built("notes-migrate"), {.arguments = std::move(arguments),
                                      .environment = {{"DATABASE_URL", url}},
                                      .directory = folder.path(),
                                      .input = ""});
}

}  // namespace

TEST_CASE("show gives machines the SQL of each section") {
  const TemporaryDirectory folder;
  folder.write("m/aaaa.sql",
               "-- revision: aaaa\n-- message: index\n-- migrate:up only:postgresql "
               "transaction:false\nCREATE INDEX CONCURRENTLY a_x ON a (x);\n"
               "-- migrate:up only:sqlite\nCREATE INDEX a_x ON a (x);\n"
               "-- migrate:down\nDROP INDEX a_x;\n");
  CHECK(migrate(folder, "sqlite:none.db", {"show", "aaaa"}).output ==
        "{\"revisions\":[{\"revision\":\"aaaa\",\"state\":\"pending\",\"message\":\"index\","
        "\"down_revisions\":[],\"depends_on\":[],\"branch_labels\":[],\"file\":\"m/aaaa.sql\","
        "\"sections\":[{\"direction\":\"up\",\"only\":\"postgresql\",\"transaction\":false,"
        "\"sql\":\"CREATE INDEX CONCURRENTLY a_x ON a (x);\\n\"},"
        "{\"direction\":\"up\",\"only\":\"sqlite\",\"transaction\":true,"
        "\"sql\":\"CREATE INDEX a_x ON a (x);\\n\"},"
        "{\"direction\":\"down\",\"only\":null,\"transaction\":true,"
        "\"sql\":\"DROP INDEX a_x;\\n\"}]}]}\n");
  CHECK(migrate(folder, "sqlite:none.db", {"history"}).output.find("sections") ==
        std::string::npos);
}

TEST_CASE("the failure of a migration names to machines who held the lock") {
  const Postgres backend;
  const TemporaryDirectory folder;
  folder.write("m/aaaa.sql", "-- revision: aaaa\n-- migrate:up\nLOCK TABLE gate;\n");
  execute(backend.url(), {"CREATE TABLE gate (x INTEGER)"});
  const auto gate =
      db::open_session(db::Url::parse(backend.url()), database_settings(backend.url()));
  gate->dialect().execute_raw(*gate, "BEGIN");
  gate->dialect().execute_raw(*gate, "LOCK TABLE gate");
  const auto pid =
      db::query(*gate, "SELECT CAST(pg_backend_pid() AS TEXT)").at(0).at(0).value_or("");
  const auto failed = migrate(folder, backend.url(), {"upgrade", "--table-lock-timeout", "300ms"});
  CHECK(failed.status.code == 6);
  CHECK(failed.output.starts_with("{\"error\":{\"code\":\"locked\",\"exit_code\":6,"));
  CHECK(failed.output.find(",\"state\":\"55P03\",") != std::string::npos);
  CHECK(failed.output.find(",\"blocker\":\"PostgreSQL session " + pid + " (") != std::string::npos);
}
