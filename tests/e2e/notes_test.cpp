#include <algorithm>
#include <filesystem>
#include <map>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "domain/text.hpp"
#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"
#include "support/temporary_directory.hpp"

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

NoteJson post_note(HttpClient& client, std::string_view title, std::string_view body) {
  const auto response = client.post("/api/v1/notes", draft_json(title, body));
  REQUIRE(response.status == 201);
  return read_note(response.body);
}

/// Every note there is, by following the pages.
std::vector<NoteJson> all_notes(HttpClient& client, int limit) {
  std::vector<NoteJson> all;
  std::string target = "/api/v1/notes?limit=" + std::to_string(limit);
  for (;;) {
    const auto response = client.get(target);
    REQUIRE(response.status == 200);
    auto page = read_page(response.body);
    all.insert(all.end(), page.items.begin(), page.items.end());
    if (!page.next_cursor) return all;
    target = "/api/v1/notes?limit=" + std::to_string(limit) + "&cursor=" + *page.next_cursor;
  }
}

struct Text {
  std::string title;
  std::string body;
};

/// Real input: the Markdown and text files that this machine's packages brought.
std::vector<Text> installed_documentation() {
  std::vector<Text> texts;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("/usr/share/doc")) {
    if (!entry.is_regular_file() || entry.is_symlink() || entry.file_size() > 512 * 1024) continue;
    const auto extension = entry.path().extension();
    if (!extension.empty() && extension != ".md" && extension != ".txt") continue;
    auto body = notes::tests::read_file(entry.path());
    if (!notes::domain::count_characters(body) || body.find('\0') != std::string::npos) continue;
    const auto name = entry.path().string();
    texts.push_back({name.substr(name.size() - std::min<std::size_t>(name.size(), 200)), body});
  }
  return texts;
}

}  // namespace

TEST_CASE_TEMPLATE("a note is made, read, changed and thrown away", Backend, Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();

  const auto posted = client.post("/api/v1/notes", draft_json("회의록", "line 1\nline 2"));
  REQUIRE(posted.status == 201);
  const auto note = read_note(posted.body);
  const auto path = "/api/v1/notes/" + note.id;
  CHECK(note.title == "회의록");
  CHECK(note.body == "line 1\nline 2");
  CHECK(note.version == 1);
  CHECK(note.created_at == note.updated_at);
  CHECK(note.created_at.size() == 27);
  CHECK(posted.header("location") == path);
  CHECK(posted.header("etag") == "\"1\"");
  CHECK(posted.header("content-type") == "application/json");

  const auto got = client.get(path);
  CHECK(got.status == 200);
  CHECK(got.body == posted.body);
  CHECK(client.get(path, {{"If-None-Match", "\"1\""}}).status == 304);

  const auto patched = client.patch(path, R"({"title":"Minutes"})", {{"If-Match", "\"1\""}});
  REQUIRE(patched.status == 200);
  const auto changed = read_note(patched.body);
  CHECK(changed.title == "Minutes");
  CHECK(changed.body == note.body);
  CHECK(changed.version == 2);
  CHECK(changed.created_at == note.created_at);
  CHECK(changed.updated_at > note.updated_at);
  CHECK(client.get(path).body == patched.body);

  CHECK(client.patch(path, R"({"body":"late"})", {{"If-Match", "\"1\""}}).status == 412);
  CHECK(client.delete_(path, {{"If-Match", "\"1\", \"7\""}}).status == 412);
  CHECK(client.get(path).body == patched.body);

  CHECK(client.delete_(path).status == 204);
  CHECK(client.get(path).status == 404);
  CHECK(client.delete_(path).status == 404);
  CHECK(client.patch(path, "{}").status == 404);
  CHECK(read_page(client.get("/api/v1/notes").body).items.empty());
}

TEST_CASE_TEMPLATE("tags, pins and the archive are written and read", Backend, Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  const auto posted = client.post("/api/v1/notes",
                                  R"({"title":"t","tags":[" 회의 ","Work","work"],"pinned":true})");
  REQUIRE(posted.status == 201);
  const auto note = read_note(posted.body);
  CHECK(note.tags == std::vector<std::string>{"Work", "회의"});
  CHECK(note.pinned);
  CHECK_FALSE(note.archived);
  const auto path = "/api/v1/notes/" + note.id;
  CHECK(client.get(path).body == posted.body);
  CHECK(read_page(client.get("/api/v1/notes").body).items == std::vector<NoteJson>{note});

  const auto patched =
      client.patch(path, R"({"tags":["WORK","home"],"pinned":null,"archived":true})");
  REQUIRE(patched.status == 200);
  const auto changed = read_note(patched.body);
  CHECK(changed.tags == std::vector<std::string>{"Work", "home"});
  CHECK_FALSE(changed.pinned);
  CHECK(changed.archived);
  CHECK(changed.version == 2);
  CHECK(client.get(path).body == patched.body);

  const auto refused = client.patch(path, R"({"tags":["ok","a\nb"]})");
  CHECK(refused.status == 422);
  CHECK(refused.body.find(R"("pointer":"/tags/1")") != std::string::npos);
  CHECK(client.get(path).body == patched.body);
}

TEST_CASE_TEMPLATE("a note is put whole, under the client's id and over what is there", Backend,
                   Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  const std::string path = "/api/v1/notes/919108f7-52d1-4320-9bac-f847db4148a8";
  CHECK(client.put(path, R"({"title":"x"})").status == 404);
  CHECK(client.put(path, R"({"title":"x"})", {{"If-Match", "*"}}).status == 404);

  const HttpClient::Fields as_new{{"If-None-Match", "*"}};
  const auto put = client.put(path, R"({"title":"made","tags":["a"],"pinned":true})", as_new);
  REQUIRE(put.status == 201);
  CHECK(put.header("location") == path);
  CHECK(put.header("etag") == "\"1\"");
  CHECK(client.get(path).body == put.body);
  const auto taken = client.put(path, R"({"title":"again"})", as_new);
  CHECK(taken.status == 412);
  CHECK(taken.header("etag") == "\"1\"");

  const auto replaced = client.put(path, R"({"title":"new"})", {{"If-Match", "\"1\""}});
  REQUIRE(replaced.status == 200);
  CHECK(replaced.header("etag") == "\"2\"");
  const auto note = read_note(replaced.body);
  CHECK(note.title == "new");
  CHECK(note.tags.empty());
  CHECK_FALSE(note.pinned);
  for (const std::string_view list : {"\"1\"", "\"1\", \"7\"", "\"another\"", "W/\"2\""}) {
    CAPTURE(list);
    const auto stale = client.put(path, R"({"title":"late"})", {{"If-Match", std::string(list)}});
    CHECK(stale.status == 412);
    CHECK(stale.header("etag") == "\"2\"");
    CHECK(stale.header("content-type") == "application/problem+json");
  }
  CHECK(client.get(path).body == replaced.body);
  CHECK(client.put(path, R"({"title":"x"})", {{"If-None-Match", "\"2\""}}).status == 400);
  CHECK(client.put(path, R"({"body":"x"})").status == 422);
  CHECK(client.put("/api/v1/notes/c232ab00-9414-11ec-b3c8-9f6bdeced846", R"({"title":"x"})", as_new)
            .status == 422);
}

TEST_CASE("where it is asked for, a change must name the version it changes") {
  using Environment = std::map<std::string, std::string>;
  Service<Sqlite> service(Environment{{"NOTES_SERVER_REQUIRE_IF_MATCH", "true"}});
  auto client = service.server.connect();
  const auto path = "/api/v1/notes/" + post_note(client, "t", "").id;
  const auto refused = client.patch(path, R"({"title":"x"})");
  CHECK(refused.status == 428);
  CHECK(refused.body.find("If-Match is required") != std::string::npos);
  CHECK(client.put(path, R"({"title":"x"})").status == 428);
  CHECK(client.patch(path, R"({"title":"x"})", {{"If-Match", "\"1\""}}).status == 200);
  CHECK(client.put(path, R"({"title":"y"})", {{"If-Match", "*"}}).status == 200);
}

TEST_CASE_TEMPLATE("a note goes to the trash, comes back, and goes for good", Backend, Sqlite,
                   Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  const auto path = "/api/v1/notes/" + post_note(client, "t", "b").id;
  CHECK(client.delete_(path + "?permanent=true").status == 409);
  CHECK(client.delete_(path + "?permanent=yes").status == 422);
  CHECK(client.delete_(path).status == 204);
  const auto late = client.post(path + "/restore", "", {{"If-Match", "\"1\""}});
  CHECK(late.status == 412);
  CHECK(late.header("etag") == "\"2\"");
  const auto restored = client.post(path + "/restore", "", {{"If-Match", "\"2\""}});
  REQUIRE(restored.status == 200);
  CHECK(restored.header("etag") == "\"3\"");
  CHECK_FALSE(read_note(restored.body).deleted_at.has_value());
  CHECK(client.get(path).body == restored.body);
  CHECK(client.post(path + "/restore", "").body == restored.body);

  CHECK(client.delete_(path).status == 204);
  CHECK(client.delete_(path + "?permanent=true").status == 204);
  CHECK(client.delete_(path + "?permanent=true").status == 404);
  CHECK(client.post(path + "/restore", "").status == 404);
}

TEST_CASE("the routes of notes answer without the version as well") {
  Service<Sqlite> service;
  auto client = service.server.connect();
  const auto posted = client.post("/api/notes", R"({"title":"t"})");
  REQUIRE(posted.status == 201);
  const auto id = read_note(posted.body).id;
  CHECK(posted.header("location") == "/api/v1/notes/" + id);
  CHECK(client.get("/api/notes/" + id).body == posted.body);
  CHECK(client.get("/api/notes").body == client.get("/api/v1/notes").body);
  CHECK(client.delete_("/api/notes/" + id).status == 204);
  CHECK(client.post("/api/notes/" + id + "/restore", "").status == 200);
  const auto health = client.get("/api/v1/health");
  CHECK(health.status == 200);
  CHECK(health.body == R"({"status":"ok"})");
}

TEST_CASE_TEMPLATE("pages run from the newest note to the oldest, each note once", Backend, Sqlite,
                   Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  std::vector<NoteJson> made;
  for (int i = 0; i < 25; ++i) made.push_back(post_note(client, "note " + std::to_string(i), ""));
  std::reverse(made.begin(), made.end());
  CHECK(all_notes(client, 10) == made);
  CHECK(all_notes(client, 25) == made);
  CHECK(all_notes(client, 1) == made);

  // What comes and goes between two pages moves no other note.
  const auto first = read_page(client.get("/api/v1/notes?limit=10").body);
  post_note(client, "newer than the first page", "");
  CHECK(client.delete_("/api/v1/notes/" + made[12].id).status == 204);
  const auto second =
      read_page(client.get("/api/v1/notes?limit=5&cursor=" + *first.next_cursor).body);
  CHECK(second.items == std::vector<NoteJson>{made[10], made[11], made[13], made[14], made[15]});
}

TEST_CASE_TEMPLATE("a list is sorted, filtered, cut to fields and led on from by its link", Backend,
                   Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  for (const auto* title : {"b", "가", "A"}) {
    const auto json = std::string(R"({"tags":["work"],"title":")") + title + "\"}";
    REQUIRE(client.post("/api/v1/notes", json).status == 201);
  }
  const auto other = post_note(client, "other", "");
  REQUIRE(client.delete_("/api/v1/notes/" + other.id).status == 204);

  const auto first =
      client.get("/api/v1/notes?tag=Work&sort=title&fields=title&limit=2&include_total=true");
  REQUIRE(first.status == 200);
  CHECK(first.body.starts_with(R"({"items":[{"title":"A"},{"title":"b"}],"next_cursor":")"));
  CHECK(first.body.ends_with(R"(","total":{"count":3,"capped":false}})"));
  const auto link = first.header("link").value_or("");
  REQUIRE(link.ends_with(">; rel=\"next\""));
  const auto target = link.substr(1, link.find('>') - 1);
  const auto last = client.get(target);
  CHECK(last.body ==
        R"({"items":[{"title":"가"}],"next_cursor":null,"total":{"count":3,"capped":false}})");
  CHECK_FALSE(last.header("link").has_value());
  // The cursor is good for this list only.
  const auto cursor = target.substr(target.find("&cursor="));
  CHECK(client.get("/api/v1/notes?sort=title" + cursor).status == 400);

  const auto trash = read_page(client.get("/api/v1/notes?trashed=true").body);
  REQUIRE(trash.items.size() == 1);
  CHECK(trash.items[0].id == other.id);
  CHECK(trash.items[0].deleted_at == trash.items[0].updated_at);
}

TEST_CASE_TEMPLATE("what a client gets wrong is named", Backend, Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  const auto unknown = client.post("/api/v1/notes", R"({"titel":"x"})");
  CHECK(unknown.status == 422);
  CHECK(unknown.header("content-type") == "application/problem+json");
  CHECK(unknown.body.find(R"("pointer":"/titel")") != std::string::npos);
  CHECK(unknown.body.find(R"("pointer":"/title")") != std::string::npos);
  const auto malformed = client.post("/api/v1/notes", "{\"title\":");
  CHECK(malformed.status == 400);
  CHECK(malformed.body.find("line 1, column 10") != std::string::npos);
  CHECK(client.post("/api/v1/notes", R"({"title":"a\u0000"})").status == 422);
  CHECK(client.request("POST", "/api/v1/notes", {{"Content-Type", "text/plain"}}, "x").status ==
        415);
  CHECK(client.get("/api/v1/notes?limit=0").status == 422);
  CHECK(client.get("/api/v1/notes?cursor=forged").status == 400);
  CHECK(client.get("/api/v1/notes?pined=true").status == 422);
  CHECK(client.get("/api/v1/notes/1").status == 404);
  CHECK(client.get("/api/v1/notes/019aa5e4-2f1c-7abc-8def-0123456789ab").status == 404);
  const auto not_allowed = client.request("PUT", "/api/v1/notes", {}, "");
  CHECK(not_allowed.status == 405);
  CHECK(not_allowed.header("allow") == "GET, HEAD, POST, OPTIONS");
}

TEST_CASE_TEMPLATE("the installed documentation comes back byte for byte", Backend, Sqlite,
                   Postgres) {
  const auto texts = installed_documentation();
  MESSAGE(texts.size() << " files of /usr/share/doc");
  REQUIRE(texts.size() >= 100);

  Service<Backend> service;
  auto client = service.server.connect();
  std::map<std::string, Text> sent;
  for (const auto& text : texts) sent[post_note(client, text.title, text.body).id] = text;
  REQUIRE(sent.size() == texts.size());

  for (const auto& [id, text] : sent) {
    const auto note = read_note(client.get("/api/v1/notes/" + id).body);
    if (note.title != text.title || note.body != text.body)
      FAIL("changed on its way: " << text.title);
  }
  std::set<std::string> listed;
  for (const auto& note : all_notes(client, 20)) {
    const auto& text = sent.at(note.id);
    if (note.title != text.title || note.body != text.body)
      FAIL("changed in the list: " << text.title);
    CHECK(listed.insert(note.id).second);
  }
  CHECK(listed.size() == sent.size());
}

TEST_CASE_TEMPLATE("kill -9 loses no acknowledged note", Backend, Sqlite, Postgres) {
  Service<Backend> service;
  std::map<std::string, std::string> acknowledged;
  for (int round = 0; round < 3; ++round) {
    std::counting_semaphore<> answers(0);
    std::vector<std::map<std::string, std::string>> per_client(4);
    {
      std::vector<std::jthread> writers;
      for (auto& mine : per_client) {
        writers.emplace_back([&mine, &answers, port = service.server.port()] {
          try {
            HttpClient client(port);
            for (int i = 0;; ++i) {
              const auto title = "note " + std::to_string(i);
              const auto response = client.post("/api/v1/notes", draft_json(title, title));
              if (response.status == 201) mine[read_note(response.body).id] = title;
              answers.release();
            }
          } catch (const std::exception&) {
            // The server was killed: the end of this client's story, not of what it was told
            // before.
          }
        });
      }
      for (int i = 0; i < 200; ++i) answers.acquire();
      service.server.kill();
    }
    for (auto& mine : per_client) acknowledged.merge(mine);
    service.server.restart();
  }
  auto client = service.server.connect();
  CHECK(acknowledged.size() >= 600);
  for (const auto& [id, title] : acknowledged) {
    const auto response = client.get("/api/v1/notes/" + id);
    REQUIRE(response.status == 200);
    CHECK(read_note(response.body).title == title);
  }
}
