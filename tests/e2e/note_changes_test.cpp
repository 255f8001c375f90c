#include <map>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace {

using notes::tests::draft_json;
using notes::tests::HttpClient;
using notes::tests::NoteJson;
using notes::tests::Postgres;
using notes::tests::read_change_page;
using notes::tests::read_note;
using notes::tests::read_page;
using notes::tests::Service;
using notes::tests::Sqlite;

/// Follows the feed by its links, as a client that keeps a copy does. Where to go on from.
std::string follow(HttpClient& client, std::string target, std::map<std::string, NoteJson>& held) {
  for (;;) {
    const auto response = client.get(target);
    REQUIRE(response.status == 200);
    const auto page = read_change_page(response.body);
    for (const auto& change : page.items) {
      if (change.note) {
        held[change.id] = *change.note;
      } else {
        held.erase(change.id);
      }
    }
    const auto link = response.header("link");
    CHECK(link.has_value() == page.has_more);
    if (!link) return "/api/v1/notes/changes?limit=3&since=" + std::to_string(page.next);
    target = link->substr(1, link->find('>') - 1);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("a client that follows the feed of changes has what the service has", Backend,
                   Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) {
    const auto posted = client.post("/api/v1/notes", draft_json("note " + std::to_string(i), ""));
    ids.push_back(read_note(posted.body).id);
  }
  std::map<std::string, NoteJson> held;
  auto next = follow(client, "/api/v1/notes/changes?limit=3", held);
  CHECK(held.size() == 10);

  CHECK(client.patch("/api/v1/notes/" + ids[0], R"({"tags":["회의"]})").status == 200);
  CHECK(client.delete_("/api/v1/notes/" + ids[1]).status == 204);
  CHECK(client.delete_("/api/v1/notes/" + ids[2]).status == 204);
  CHECK(client.delete_("/api/v1/notes/" + ids[2] + "?permanent=true").status == 204);
  next = follow(client, next, held);
  CHECK(held.size() == 9);
  CHECK(held.at(ids[0]).tags == std::vector<std::string>{"회의"});
  CHECK(held.at(ids[1]).deleted_at.has_value());
  CHECK_FALSE(held.contains(ids[2]));

  std::map<std::string, NoteJson> listed;
  for (const auto* list : {"/api/v1/notes", "/api/v1/notes?trashed=true"}) {
    for (const auto& note : read_page(client.get(list).body).items) listed[note.id] = note;
  }
  CHECK(held == listed);
}

TEST_CASE_TEMPLATE("where the feed does not lead on a client is told to begin anew", Backend,
                   Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  const auto ahead = client.get("/api/v1/notes/changes?since=1");
  CHECK(ahead.status == 410);
  CHECK(ahead.header("content-type") == "application/problem+json");
  CHECK(ahead.body.find(R"("type":"/problems/feed-broken")") != std::string::npos);
  CHECK(client.get("/api/v1/notes/changes?since=9223372036854775807").status == 410);
  CHECK(client.get("/api/v1/notes/changes?since=9223372036854775808").status == 422);
  CHECK(client.get("/api/v1/notes/changes?since=-1").status == 422);
  CHECK(client.get("/api/v1/notes/changes?since=0").body ==
        R"({"items":[],"next":0,"has_more":false})");
  CHECK(client.get("/api/notes/changes").status == 200);
}
