#include "transfer/load.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "support/database.hpp"

namespace notes::transfer {
namespace {

using tests::execute;
using tests::Postgres;
using tests::Sqlite;

constexpr auto kItems =
    "CREATE TABLE items (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, at TIMESTAMPTZ, "
    "ok BOOLEAN, size INTEGER CHECK (size < 100), extra JSON, code TEXT UNIQUE)";

struct Watch final : LoadObserver {
  void committed(std::uint64_t, const LoadReport& so_far) override {
    ++commits;
    if (after_commit) after_commit(so_far);
  }
  int commits = 0;
  std::function<void(const LoadReport&)> after_commit;
};

template <typename Backend>
struct Fixture {
  Fixture() {
    execute(backend.url(), {kItems});
    options.table = "items";
    options.key = {"id"};
    options.rejects = directory.path() / "rejects.csv";
  }

  LoadReport load(std::string_view name, std::string_view text) {
    options.file = directory.write(name, text);
    return load();
  }
  LoadReport load() { return transfer::load(*session, options, clock, watch, stop.get_token()); }

  std::string refusal(ErrorCode code) {
    try {
      load();
    } catch (const Error& error) {
      CHECK(error.code() == code);
      CHECK_FALSE(session->dialect().in_transaction(*session));
      return error.what();
    }
    return "accepted";
  }

  std::string rows(const std::string& query) {
    std::string text;
    for (const auto& row : db::query(*session, query)) {
      if (!text.empty()) text += " / ";
      for (std::size_t at = 0; at < row.size(); ++at)
        text += (at ? "|" : "") + row[at].value_or("-");
    }
    return text;
  }
  std::string ids_and_names() {
    return rows("SELECT CAST(id AS TEXT), name FROM items ORDER BY id");
  }
  std::string rejects() const { return tests::read_file(options.rejects); }

  Backend backend;
  tests::TemporaryDirectory directory;
  tests::ManualClock clock{*Timestamp::parse("2026-11-21T12:00:00Z")};
  LoadOptions options;
  Watch watch;
  std::stop_source stop;
  std::unique_ptr<db::Session> session =
      db::open_session(db::Url::parse(backend.url()), tests::database_settings(backend.url()));
};

TEST_CASE_TEMPLATE("CSV and JSON fill a table with what they say", Backend, Sqlite, Postgres) {
  Fixture<Backend> fixture;
  const auto all =
      "SELECT CAST(id AS TEXT), name, CAST(ok AS TEXT), CAST(size AS TEXT), CAST(extra AS TEXT) "
      "FROM items ORDER BY id";

  CHECK(fixture.load(
            "a.csv",
            "name,id,at,ok,size,extra\r\n"
            "\"tab\tback\\slash\n\"\"회의록\"\"\",1,2026-01-12T10:30:00+09:00,true,17,\"[1]\"\r\n"
            "\"\",2,,f,,\r\n\\N,3,,,,\r\n") == LoadReport{.written = 3});

  const bool sqlite = Backend::kEngine == db::Engine::sqlite;
  CHECK(fixture.rows(all) == std::string("1|tab\tback\\slash\n\"회의록\"|") +
                                 (sqlite ? "1" : "true") + "|17|[1] / 2||" +
                                 (sqlite ? "0" : "false") + "|-|- / 3|\\N|-|-|-");
  CHECK(Timestamp::parse(fixture.rows("SELECT CAST(at AS TEXT) FROM items WHERE id = 1")) ==
        Timestamp::parse("2026-01-12T01:30:00Z"));

  CHECK(fixture.load("b.json", R"([{"id": 4, "name": "four", "ok": true, "extra": {"a": [1, null]}},
                                   {"id": 5, "name": "five"}])") == LoadReport{.written = 2});
  CHECK(fixture.load("c.jsonl",
                     "{\"id\": 6, \"name\": \"six\"}\n{\"name\": \"seven\", \"id\": 7}\n") ==
        LoadReport{.written = 2});
  CHECK(fixture.rows("SELECT CAST(id AS TEXT), name, CAST(extra AS TEXT) FROM items WHERE id > 3 "
                     "ORDER BY id") == R"(4|four|{"a":[1,null]} / 5|five|- / 6|six|- / 7|seven|-)");
}

TEST_CASE_TEMPLATE(
    "a bad record costs its chunk nothing, and is listed with line, column and reason", Backend,
    Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.options.batch = 1000;
  fixture.options.on_conflict = OnConflict::skip;
  CHECK(fixture.load("a.csv",
                     "id,name,size,at,code\n"
                     "1,one,1,,c1\n"   // line 2
                     "x,two,2,,\n"     // no number
                     "3,,3,,\n"        // NULL
                     "4,four,400,,\n"  // the check
                     "5,five\n"        // fields
                     "6,six,6,2026-02-30T00:00:00Z,\n"
                     "7,seven,7,,c1\n"  // another unique rule than the key's
                     "8,\"ei\xff"
                     "ght\",8,,\n"  // no UTF-8
                     "9,nine,9,,\n") == LoadReport{.written = 2, .rejected = 7});

  CHECK(fixture.ids_and_names() == "1|one / 9|nine");
  // Where the database gives the reason, it is its own.
  std::string places;
  const auto rejects = fixture.rejects();
  for (std::size_t at = rejects.find('\n') + 1; at < rejects.size();
       at = rejects.find('\n', at) + 1)
    places += rejects.substr(at, rejects.find(',', rejects.find(',', at) + 1) - at) + " ";
  CHECK(places == "3,\"id\" 4,\"name\" 5, 6, 7,\"at\" 8, 9,\"name\" ");
  CHECK(rejects.find("6,,\"expected 5 fields, got 2\"\r\n") != std::string::npos);
  CHECK(rejects.find("4,\"name\",\"is empty, and the column is NOT NULL\"\r\n") !=
        std::string::npos);
}

TEST_CASE_TEMPLATE("rows that are there are skipped, updated, or end the load", Backend, Sqlite,
                   Postgres) {
  Fixture<Backend> fixture;
  execute(fixture.backend.url(), {"INSERT INTO items (id, name, size) VALUES (2, 'old', 1)"});
  const std::string_view text = "id,name\n1,one\n2,two\n3,three\n1,again\n";
  fixture.options.batch = 2;

  fixture.options.file = fixture.directory.write("a.csv", text);
  CHECK(
      fixture.refusal(ErrorCode::conflict) ==
      "line 3: a row with this (id) is in items already; --on-conflict skip or update says what to "
      "do with it");
  CHECK(fixture.ids_and_names() == "2|old");

  fixture.options.on_conflict = OnConflict::skip;
  CHECK(fixture.load() == LoadReport{.written = 2, .skipped = 2});
  CHECK(fixture.ids_and_names() == "1|one / 2|old / 3|three");

  fixture.options.on_conflict = OnConflict::update;
  fixture.options.restart = true;
  fixture.options.batch = 100;  // both rows of id 1 in one chunk: the later one stands
  CHECK(fixture.load() == LoadReport{.written = 4});
  CHECK(fixture.rows("SELECT CAST(id AS TEXT), name, CAST(size AS TEXT) FROM items ORDER BY id") ==
        "1|again|- / 2|two|1 / 3|three|-");
}

TEST_CASE_TEMPLATE("a load that was cut off goes on behind its last commit", Backend, Sqlite,
                   Postgres) {
  Fixture<Backend> fixture;
  std::string text = "id,name\n";
  for (int id = 1; id <= 25; ++id)
    text +=
        (id % 10 == 4 ? "x" : "") + std::to_string(id) + ",\"name\n" + std::to_string(id) + "\"\n";
  fixture.options.file = fixture.directory.write("a.csv", text);
  fixture.options.batch = 10;
  fixture.watch.after_commit = [&](const LoadReport& so_far) {
    if (so_far.written == 9) fixture.stop.request_stop();
  };

  CHECK(fixture.refusal(ErrorCode::interrupted) ==
        "stopped at line 22; the same command goes on from there");
  CHECK(fixture.rows("SELECT CAST(COUNT(*) AS TEXT) FROM items") == "9");

  // As if it had been killed between the report and the commit.
  const auto settled = fixture.rejects();
  fixture.directory.write("rejects.csv", settled + "12,\"id\",\"not committed\"\r\n");
  fixture.stop = std::stop_source();
  CHECK(fixture.load() == LoadReport{.written = 22, .rejected = 3, .resumed_at_line = 22});
  CHECK(fixture.rows("SELECT CAST(COUNT(*) AS TEXT), CAST(SUM(id) AS TEXT) FROM items") ==
        "22|283");
  CHECK(fixture.rejects().starts_with(settled));
  CHECK(fixture.rejects().find("not committed") == std::string::npos);
  CHECK(fixture.rejects().find("48,\"id\"") != std::string::npos);

  fixture.watch.commits = 0;
  CHECK(fixture.load().was_finished);
  CHECK(fixture.watch.commits == 0);
}

TEST_CASE_TEMPLATE("two loads of one file do not both count", Backend, Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.options.on_conflict = OnConflict::skip;
  fixture.options.batch = 1;
  fixture.options.file = fixture.directory.write("a.csv", "id,name\n1,one\n2,two\n3,three\n");
  auto other = db::open_session(db::Url::parse(fixture.backend.url()),
                                tests::database_settings(fixture.backend.url()));
  bool begun = false;
  fixture.watch.after_commit = [&](const LoadReport&) {
    if (std::exchange(begun, true)) return;
    LoadObserver ignore;
    CHECK(transfer::load(*other, fixture.options, fixture.clock, ignore, {}) ==
          LoadReport{.written = 3, .resumed_at_line = 3});
  };
  CHECK(fixture.refusal(ErrorCode::locked) ==
        "another run is loading the same file into the same table; this one took back what it had "
        "not "
        "committed");
  CHECK(fixture.ids_and_names() == "1|one / 2|two / 3|three");
}

TEST_CASE_TEMPLATE("options that do not fit the table are refused before anything is read", Backend,
                   Sqlite, Postgres) {
  Fixture<Backend> fixture;
  const auto refusal = [&](std::string_view text) {
    fixture.options.file = fixture.directory.write("a.csv", text);
    auto said = fixture.refusal(ErrorCode::usage);
    const auto folder = fixture.directory.path().string() + "/";
    for (auto at = said.find(folder); at != std::string::npos; at = said.find(folder))
      said.erase(at, folder.size());
    return said;
  };
  CHECK(refusal("id,nam\n") ==
        "a.csv: column 'nam': items has none of this name (did you mean 'name'?)");
  CHECK(refusal("id,id\n") == "a.csv: column 'id': stands twice");
  CHECK(refusal("name\n") == "--key id: a.csv has no such column; it has name");
  fixture.options.key = {"name"};
  CHECK(refusal("id,name\n") ==
        "--key name: items has no unique index over these columns; it has id, code");
  fixture.options.key = {"id"};
  fixture.options.batch = 0;
  CHECK(refusal("id\n") == "--batch: expected 1..1000000, got 0");
  fixture.options.batch = 1;
  fixture.options.table = "item";
  CHECK(refusal("id\n").starts_with(
      "item: there is no such table in the database (did you mean 'items'?)"));
  fixture.options.file = fixture.directory.write("a.txt", "id\n");
  CHECK(fixture.refusal(ErrorCode::usage)
            .ends_with("a.txt: expected a file named *.csv, *.json, *.jsonl or *.ndjson"));
}

TEST_CASE_TEMPLATE("a chunk of nothing but bad records ends like any other", Backend, Sqlite,
                   Postgres) {
  Fixture<Backend> fixture;
  std::string text = "id,name\n";
  for (int id = 1; id <= 300; ++id) text += "x,y\n";
  fixture.options.batch = 100;
  CHECK(fixture.load("a.csv", text) == LoadReport{.rejected = 300});
  CHECK(fixture.rejects().find("\r\n301,\"id\",") != std::string::npos);
  CHECK(fixture.load("b.json", "[]") == LoadReport{});
  CHECK(fixture.load("c.csv", "id,name\n") == LoadReport{});
}

}  // namespace
}  // namespace notes::transfer
