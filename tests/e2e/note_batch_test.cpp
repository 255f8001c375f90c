#include <string>

#include <doctest/doctest.h>

#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

using notes::tests::draft_json;
using notes::tests::Postgres;
using notes::tests::read_note;
using notes::tests::read_page;
using notes::tests::Service;
using notes::tests::Sqlite;

TEST_CASE_TEMPLATE("a batch is done as a whole or not at all", Backend, Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  const auto note = read_note(client.post("/api/v1/notes", draft_json("a", "b")).body);
  const auto done =
      client.post("/api/v1/notes:batch",
                  R"({"operations":[{"op":"create","note":{"title":"made"}},{"op":"trash","id":")" +
                      note.id + R"(","if_match":1}]})");
  CHECK(done.status == 200);
  CHECK(done.body.starts_with(R"({"results":[{"status":201,"id":")"));
  CHECK(done.body.ends_with(R"({"status":204,"id":")" + note.id + R"(","note":null}]})"));
  const auto left = read_page(client.get("/api/v1/notes").body).items;
  REQUIRE(left.size() == 1);
  CHECK(left[0].title == "made");

  const auto refused =
      client.post("/api/notes:batch", R"({"operations":[{"op":"patch","id":")" + left[0].id +
                                          R"(","note":{"title":"changed"}},{"op":"trash","id":")" +
                                          note.id + R"("}]})");
  CHECK(refused.status == 422);
  CHECK(refused.header("content-type") == "application/problem+json");
  CHECK(refused.body.find(R"("errors":[{"pointer":"/operations/1","code":"not_found",)") !=
        std::string::npos);
  CHECK(refused.body.find(R"("status":404}])") != std::string::npos);
  CHECK(read_page(client.get("/api/v1/notes").body).items == left);

  CHECK(client.post("/api/v1/notes:batch", R"({"operations":[)").status == 400);
  CHECK(client.post("/api/v1/notes:batch", R"({"operations":[]})").body == R"({"results":[]})");
  CHECK(client.post("/api/v1/notes:batch", R"({"operations":[{"op":"trash"}]})").status == 422);
  CHECK(client.post("/api/v1/notes:batch", std::string(1024 * 1024 + 1, ' ')).status == 413);
}
