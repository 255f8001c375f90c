#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace notes::tests {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    encoded += '%';
    encoded += kDigits[static_cast<unsigned char>(c) >> 4];
    encoded += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return encoded;
}

std::string target(std::string_view query, std::string_view more = "") {
  return "/api/v1/notes/search?q=" + percent_encoded(query) + std::string(more);
}

std::string post(HttpClient& client, std::string_view title, std::string_view body) {
  const auto posted = client.post("/api/v1/notes", draft_json(title, body));
  REQUIRE(posted.status == 201);
  return read_note(posted.body).id;
}

using Found = std::vector<FoundJson>;

Found found(HttpClient& client, std::string_view query) {
  const auto response = client.get(target(query));
  CAPTURE(response.body);
  REQUIRE(response.status == 200);
  return read_found_page(response.body).items;
}

TEST_CASE_TEMPLATE("notes are found by what stands in them, and shown with it", Backend, Sqlite,
                   Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  const auto milk = post(client, "Café", "two <b>bottles</b> of milk");
  const auto minutes = post(client, "회의록", "오늘 회의록을 정리했다");
  CHECK(found(client, "cafe BOTTLES") == Found{{milk, "[Café]", "two <b>[bottles]</b> of milk"}});
  CHECK(found(client, "회의") == Found{{minutes, "[회의]록", "오늘 [회의]록을 정리했다"}});
  CHECK(found(client, "bott").empty());
  CHECK(found(client, "bott*").size() == 1);
  CHECK(found(client, "milk -cafe").empty());
  CHECK(found(client, "\"of milk\"").size() == 1);

  REQUIRE(client.patch("/api/v1/notes/" + milk, R"({"body":"bread","tags":["Shop"]})").status ==
          200);
  CHECK(found(client, "bottles").empty());
  CHECK(found(client, "tag:shop") == Found{{milk, "Café", "bread"}});
  REQUIRE(client.delete_("/api/v1/notes/" + milk).status == 204);
  CHECK(found(client, "bread").empty());
  const auto trashed = client.get(target("bread", "&trashed=true"));
  CHECK(read_found_page(trashed.body).items.size() == 1);
  REQUIRE(client.delete_("/api/v1/notes/" + milk + "?permanent=true").status == 204);
  CHECK(read_found_page(client.get(target("bread", "&trashed=true")).body).items.empty());
}

TEST_CASE_TEMPLATE("what is found comes in pages, the newest first", Backend, Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) ids.insert(ids.begin(), post(client, "milk", std::to_string(i)));
  std::vector<std::string> seen;
  auto next = target("milk", "&limit=3");
  while (!next.empty()) {
    const auto response = client.get(next);
    REQUIRE(response.status == 200);
    const auto page = read_found_page(response.body);
    for (const auto& item : page.items) seen.push_back(item.id);
    const auto link = response.header("link");
    CHECK(link.has_value() == page.next_cursor.has_value());
    next = link ? link->substr(1, link->find('>') - 1) : "";
  }
  CHECK(seen == ids);
  const auto first = read_found_page(client.get(target("milk", "&limit=3")).body);
  CHECK(client.get(target("bread", "&cursor=" + *first.next_cursor)).status == 400);
}

TEST_CASE_TEMPLATE("a hostile search is refused, or finds nothing", Backend, Sqlite, Postgres) {
  Service<Backend> service;
  auto client = service.server.connect();
  post(client, "milk", "");
  CHECK(client.get("/api/v1/notes/search").status == 422);
  CHECK(client.get("/api/v1/notes/search?q=").status == 422);
  // These end the connection.
  CHECK(service.server.connect().get("/api/v1/notes/search?q=%00").status == 400);
  CHECK(service.server.connect().get("/api/v1/notes/search?q=%FF%FE").status == 400);
  CHECK(service.server.connect().get("/api/v1/notes/search?q=" + std::string(65'536, 'x')).status ==
        414);
  CHECK(client.get("/api/v1/notes/search?q=" + std::string(7'000, 'x')).status == 422);
  std::string many;
  for (int i = 0; i < 3'000; ++i) many += "a+";
  CHECK(client.get("/api/v1/notes/search?q=" + many).status == 422);
  CHECK(client.get(target("a*")).status == 422);
  for (const std::string_view query :
       {"\"", "\"\"\"\" x", "x\" OR 1=1 --", "x'); DROP TABLE notes; --", "NEAR(milk, 1)",
        "terms:milk2", "note_search_index:x", "{a b}:c", "^x", "x + y", "x:*", "a:b:c:*&!x", "\\",
        "x\\'", "\uFDFA\uFDFA", "milk2* -*"}) {
    CAPTURE(query);
    const auto status = client.get(target(query)).status;
    CHECK((status == 200 || status == 422));
  }
  CHECK(found(client, "milk").size() == 1);
}

}  // namespace
}  // namespace notes::tests
