#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

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

std::string exported(HttpClient& client, const std::string& format) {
  const auto response = client.get("/api/v1/notes/export?format=" + format);
  REQUIRE(response.status == 200);
  CHECK_FALSE(response.header("link"));
  return response.body;
}

/// The file cut into such as one import takes, between two lines.
std::vector<std::string> cut(std::string_view lines) {
  constexpr std::size_t kMostNotes = 1000;
  constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;
  std::vector<std::string> files(1);
  for (std::size_t notes = 0; !lines.empty(); ++notes) {
    const auto line = lines.substr(0, lines.find('\n') + 1);
    lines.remove_prefix(line.size());
    if (notes == kMostNotes || files.back().size() + line.size() > kMostBytes) {
      files.emplace_back();
      notes = 0;
    }
    files.back() += line;
  }
  return files;
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

/// The lines without what each database writes by itself.
std::string without_versions(std::string file) {
  for (const std::string_view member : {R"("updated_at":")", R"("version":)"}) {
    for (auto at = file.find(member); at != std::string::npos; at = file.find(member, at + 1)) {
      const auto begin = at + member.size();
      file.erase(begin, file.find_first_of(",}", begin) - begin);
    }
  }
  return file;
}

}  // namespace

TEST_CASE_TEMPLATE("what is exported is imported elsewhere as it was, and twice the same", Backend,
                   Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  CHECK(client.get("/api/v1/notes/export").body.empty());
  client.post("/api/v1/notes",
              R"({"title":"회의","body":"a\n---\n<!-- note -->\n","tags":["x"],"pinned":true})");
  for (int i = 0; i < 2; ++i) {
    const std::string body(400 * 1024, static_cast<char>('a' + i));
    REQUIRE(client.post("/api/v1/notes", draft_json("long", body)).status == 201);
  }
  const auto trashed = read_note(client.post("/api/v1/notes", draft_json("gone", "")).body);
  REQUIRE(client.delete_("/api/v1/notes/" + trashed.id).status == 204);
  const auto notes = read_page(client.get("/api/v1/notes").body).items;
  REQUIRE(notes.size() == 3);

  for (const auto& form : kForms) {
    CAPTURE(form.name);
    const auto file = exported(client, form.name);
    const auto again = import(client, form.media_type, file);
    CHECK(again.body.starts_with(R"({"created":0,"updated":0,"unchanged":3,"failed":0,)"));

    Service<Sqlite> elsewhere;
    auto there = elsewhere.server.connect();
    CHECK(import(there, form.media_type, file).status == 200);
    CHECK(essence(read_page(there.get("/api/v1/notes").body).items) == essence(notes));
  }
}

TEST_CASE_TEMPLATE("one request exports thousands of notes, and imports bring them back", Backend,
                   Sqlite, Postgres) {
  constexpr int kNotes = 3500;
  Service<Backend> service;
  auto client = service.server.connect();
  for (int first = 0; first < kNotes; first += 500) {
    std::string file;
    for (int i = first; i < first + 500; ++i) {
      const auto time = fmt::format("2026-01-01T{:02}:{:02}:{:02}Z", i / 3600, i / 60 % 60, i % 60);
      // Of many lengths, and some longer than a piece of the answer.
      const std::string body(static_cast<std::size_t>(i % 700 == 0 ? 300'000 : i % 997), 'b');
      file += fmt::format(R"({{"title":"note {}","body":"{}","created_at":"{}"}})", i, body, time);
      file += '\n';
    }
    REQUIRE(import(client, "application/x-ndjson", file)
                .body.starts_with(R"({"created":500,"updated":0,"unchanged":0,"failed":0,)"));
  }

  const auto response = client.get("/api/v1/notes/export");
  CHECK(response.header("transfer-encoding") == "chunked");
  CHECK_FALSE(response.header("content-length"));
  CHECK(response.header("content-disposition") == R"(attachment; filename="notes.jsonl")");
  REQUIRE(std::count(response.body.begin(), response.body.end(), '\n') == kNotes);
  // Each once, the newest first.
  std::string_view rest = response.body;
  for (int i = kNotes - 1; i >= 0; --i) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    REQUIRE(line.find(fmt::format(R"("title":"note {}",)", i)) != std::string_view::npos);
  }
  const auto markdown = exported(client, "markdown");
  CHECK(markdown.find("title: \"note 0\"\n") != std::string::npos);
  CHECK(client.request("HEAD", "/api/v1/notes/export", {}, "").status == 200);
  // Nobody needs to know the protocol to get all of it: the old one's end is the connection's.
  auto old_client = service.server.connect();
  old_client.send("GET /api/v1/notes/export HTTP/1.0\r\n\r\n");
  CHECK(old_client.receive().body == response.body);

  Service<Sqlite> elsewhere;
  auto there = elsewhere.server.connect();
  for (const auto& file : cut(response.body)) {
    REQUIRE(import(there, "application/x-ndjson", file).status == 200);
  }
  CHECK(without_versions(exported(there, "jsonl")) == without_versions(response.body));
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
  CHECK(client.get("/api/v1/notes/export?cursor=x").status == 422);
  CHECK(import(client, "application/x-ndjson", line + " ").status == 413);
}
