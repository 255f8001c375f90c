#include <map>
#include <string>

#include <doctest/doctest.h>

#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

using notes::tests::draft_json;
using notes::tests::Postgres;
using notes::tests::read_note;
using notes::tests::Service;
using notes::tests::Sqlite;

TEST_CASE_TEMPLATE("earlier versions of a note are listed, read and brought back", Backend, Sqlite,
                   Postgres) {
  using Environment = std::map<std::string, std::string>;
  Service<Backend> service(Environment{{"NOTES_NOTES_MAX_REVISIONS", "2"}});
  auto client = service.server.connect();
  const auto posted = client.post("/api/v1/notes", R"({"title":"1","body":"b","tags":["회의"]})");
  const auto first = read_note(posted.body);
  const auto path = "/api/v1/notes/" + first.id;
  CHECK(client.get(path + "/revisions").body == R"({"items":[],"next_before":null})");
  REQUIRE(client.patch(path, R"({"body":"changed"})").status == 200);

  const auto revision = client.get(path + "/revisions/1");
  CHECK(revision.status == 200);
  CHECK(revision.body == R"({"version":1,"title":"1","body":"b","tags":["회의"],"updated_at":")" +
                             first.updated_at + "\"}");
  CHECK(client.get(path + "/revisions").body ==
        R"({"items":[{"version":1,"title":"1","tags":["회의"],"updated_at":")" + first.updated_at +
            R"("}],"next_before":null})");

  const auto restore = path + "/revisions/1/restore";
  const auto late = client.post(restore, "", {{"If-Match", "\"1\""}});
  CHECK(late.status == 412);
  CHECK(late.header("etag") == "\"2\"");
  const auto restored = client.post(restore, "", {{"If-Match", "\"2\""}});
  CHECK(restored.status == 200);
  CHECK(restored.header("etag") == "\"3\"");
  CHECK(read_note(restored.body).body == "b");
  CHECK(client.get(path).body == restored.body);

  REQUIRE(client.patch(path, R"({"title":"4"})").status == 200);
  const auto page = client.get(path + "/revisions?limit=1");
  CHECK(page.body.find(R"("items":[{"version":3,)") != std::string::npos);
  CHECK(page.body.ends_with(R"("next_before":3})"));
  const auto link = page.header("link").value_or("");
  CHECK(link == "<" + path + "/revisions?limit=1&before=3>; rel=\"next\"");
  const auto last = client.get(path + "/revisions?limit=1&before=3");
  CHECK(last.body.find(R"("items":[{"version":2,)") != std::string::npos);
  CHECK_FALSE(last.header("link").has_value());  // the first is beyond what is kept

  for (const std::string version : {"1", "4", "0", "-1", "x", "99999999999999999999"}) {
    CAPTURE(version);
    CHECK(client.get(path + "/revisions/" + version).status == 404);
    CHECK(client.post(path + "/revisions/" + version + "/restore", "").status == 404);
  }
  CHECK(client.get("/api/v1/notes/019aa5e4-2f1c-7abc-8def-0123456789ab/revisions").status == 404);
  CHECK(client.get(path + "/revisions?before=0").status == 422);
}
