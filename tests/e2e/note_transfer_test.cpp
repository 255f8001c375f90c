#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace {

using notes::tests::draft_json;
using notes::tests::HttpClient;
using notes::tests::HttpResponse;
using notes::tests::NoteJson;
using notes::tests::Postgres;
using notes::tests::read_note;
using notes::tests::read_page;
using notes::tests::Service;
using notes::tests::Sqlite;

struct Form {
  std::string name;
  std::string media_type;
};
const std::vector<Form> kForms{{"jsonl", "application/x-ndjson"}, {"markdown", "text/markdown"}};

/// The parts of an export, followed by their links.
std::vector<std::string> parts_of(HttpClient& client, const std::string& format) {
  std::vector<std::string> parts;
  std::string target = "/api/v1/notes/export?format=" + format;
  for (;;) {
    const auto response = client.get(target);
    REQUIRE(response.status == 200);
    parts.push_back(response.body);
    const auto link = response.header("link");
    if (!link) return parts;
    target = link->substr(1, link->find('>') - 1);
  }
}

HttpResponse import(HttpClient& client, const std::string& media_type, const std::string& file) {
  return client.request("POST", "/api/v1/notes/import", {{"Content-Type", media_type}}, file);
}

/// What of the notes a file keeps.
auto essence(std::vector<NoteJson> notes) {
  std::vector<std::tuple<std::string, std::string, std::string, std::vector<std::string>, bool,
                         std::string>>
      kept;
  for (const auto& note : notes) {
    kept.emplace_back(note.id, note.title, note.body, note.tags, note.pinned, note.created_at);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace

TEST_CASE_TEMPLATE("what is exported is imported elsewhere as it was, and twice the same", Backend,
                   Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  CHECK(client.get("/api/v1/notes/export").body.empty());
  client.post("/api/v1/notes",
              R"({"title":"회의","body":"a\n---\n<!-- note -->\n","tags":["x"],"pinned":true})");
  // Three of these do not fit into one part.
  for (int i = 0; i < 4; ++i) {
    const std::string body(400 * 1024, static_cast<char>('a' + i));
    REQUIRE(client.post("/api/v1/notes", draft_json("long", body)).status == 201);
  }
  const auto trashed = read_note(client.post("/api/v1/notes", draft_json("gone", "")).body);
  REQUIRE(client.delete_("/api/v1/notes/" + trashed.id).status == 204);
  const auto notes = read_page(client.get("/api/v1/notes").body).items;
  REQUIRE(notes.size() == 5);

  for (const auto& form : kForms) {
    CAPTURE(form.name);
    const auto parts = parts_of(client, form.name);
    CHECK(parts.size() == 2);
    for (const auto& part : parts) CHECK(part.size() <= 1024 * 1024);
    const auto again = import(client, form.media_type, parts[0]);
    CHECK(again.body.starts_with(R"({"created":0,"updated":0,"unchanged":2,"failed":0,)"));

    Service<Sqlite> elsewhere;
    auto there = elsewhere.server.connect();
    for (const auto& part : parts) CHECK(import(there, form.media_type, part).status == 200);
    CHECK(essence(read_page(there.get("/api/v1/notes").body).items) == essence(notes));
  }
}

TEST_CASE_TEMPLATE("an import says which lines it could not take", Backend, Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  const auto report = import(client, "application/x-ndjson",
                             "{\"title\":\"a\"}\n{\"title\":\nnull\n{\"title\":\"b\"}\n");
  CHECK(report.status == 200);
  CHECK(report.body.starts_with(
      R"({"created":2,"updated":0,"unchanged":0,"failed":2,"errors":[{"line":2,"pointer":"",)"
      R"("code":"malformed",)"));
  CHECK(report.body.ends_with(
      R"({"line":3,"pointer":"","code":"wrong_type","detail":"must be an object, is null"}]})"));
  CHECK(read_page(client.get("/api/v1/notes").body).items.size() == 2);

  // One line of 1 MiB, less what it is wrapped in: the body is too long, the request is not.
  const std::string head = R"({"title":"x","body":")";
  const auto line = head + std::string(1024 * 1024 - head.size() - 2, 'x') + "\"}";
  CHECK(import(client, "application/x-ndjson", line).body.find(R"("code":"too_long")") !=
        std::string::npos);
  CHECK(import(client, "application/json", "{}").status == 415);
  CHECK(import(client, "application/x-ndjson", "").body ==
        R"({"created":0,"updated":0,"unchanged":0,"failed":0,"errors":[]})");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "{}\n";
  CHECK(import(client, "application/x-ndjson", many).status == 422);

  const auto exported = client.get("/api/v1/notes/export?format=markdown");
  CHECK(exported.header("content-type") == "text/markdown; charset=utf-8");
  CHECK(client.get("/api/v1/notes/export?format=pdf").status == 422);
  CHECK(client.get("/api/v1/notes/export?cursor=forged").status == 400);
  CHECK(import(client, "application/x-ndjson", line + " ").status == 413);
}
