#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "db/query.hpp"
#include "e2e/process.hpp"
#include "support/database.hpp"

namespace notes::tests {
namespace {

struct Tool {
  explicit Tool(std::string database_url) : url(std::move(database_url)) {}

  ProcessOptions options(std::vector<std::string> arguments) const {
    ProcessOptions options;
    options.arguments = std::move(arguments);
    options.environment["DATABASE_URL"] = url;
    options.directory = NOTES_SOURCE_DIR;
    return options;
  }
  Finished operator()(std::vector<std::string> arguments) const {
    return run(built("notes-migrate"), options(std::move(arguments)));
  }

  std::string url;
};

std::vector<std::vector<db::Text>> query(const std::string& url, const std::string& statement) {
  return db::query(*db::open_session(db::Url::parse(url), database_settings(url)), statement);
}

std::string users_csv(int count) {
  std::string text = "id,email,display_name,created_at,updated_at\n";
  for (int id = 1; id <= count; ++id) {
    char number[16];
    std::snprintf(number, sizeof number, "%012d", id);
    text += std::string("019b7000-0000-7000-8000-") + number + ",u" + std::to_string(id) +
            "@example.org,\"User\n" + (id % 100 == 0 ? "\xff" : "") + std::to_string(id) +
            "\",2026-01-12T01:30:00Z,2026-01-12T01:30:00Z\n";
  }
  return text;
}

TEST_CASE_TEMPLATE("a load that is killed again and again ends with each record once", Backend,
                   Sqlite, Postgres) {
  constexpr int kUsers = 20'000;
  const Backend backend;
  const TemporaryDirectory directory;
  const Tool tool(backend.url());
  REQUIRE(tool({"upgrade"}).status.code == 0);
  const auto file = directory.write("users.csv", users_csv(kUsers)).string();
  const auto rejects = (directory.path() / "rejects.csv").string();
  const std::vector<std::string> load{"load",    "users", "--file",    file,    "--key", "id",
                                      "--batch", "50",    "--rejects", rejects, "--json"};
  const auto loaded = [&] {
    return std::stoi(*query(
        backend.url(), "SELECT CAST(COUNT(*) AS TEXT) FROM users WHERE email LIKE 'u%'")[0][0]);
  };

  int kills = 0;
  for (int before = 0; kills < 5; ++kills) {
    Process process(built("notes-migrate"), tool.options(load));
    // Each time a few chunks further, at whatever moment that is.
    for (int now = before; now < before + 500 && process.running();) now = loaded();
    process.signal(SIGKILL);
    process.wait();
    before = loaded();
  }
  REQUIRE(loaded() < kUsers - kUsers / 100);

  const auto done = tool(load);
  CHECK(done.status.code == 0);
  CHECK(done.output.find("\"written\":19800,\"skipped\":0,\"rejected\":200,") != std::string::npos);
  CHECK(loaded() == 19'800);
  const auto listed = read_file(rejects);
  CHECK(std::count(listed.begin(), listed.end(), '\n') == 201);
  CHECK(tool(load).output.find("\"was_finished\":true") != std::string::npos);
}

TEST_CASE("a load that is stopped by SIGTERM says where it goes on") {
  const Sqlite backend;
  const TemporaryDirectory directory;
  const Tool tool(backend.url());
  REQUIRE(tool({"upgrade"}).status.code == 0);
  const auto file = directory.write("users.csv", users_csv(20'000)).string();
  const std::vector<std::string> load{"load",  "users", "--file",  file,
                                      "--key", "id",    "--batch", "10"};
  Process process(built("notes-migrate"), tool.options(load));
  const auto some = "SELECT CAST(COUNT(*) AS TEXT) FROM users WHERE email LIKE 'u%'";
  while (process.running() && query(backend.url(), some)[0][0] == "0") {
  }
  process.signal(SIGTERM);
  CHECK(process.wait() == ExitStatus{.code = 8, .signal = std::nullopt});
  CHECK(process.errors().find("the same command goes on from there") != std::string::npos);
  CHECK(tool(load).status.code == 0);
}

TEST_CASE_TEMPLATE("backup and restore carry a database with its history to another", Backend,
                   Sqlite, Postgres) {
  const Backend source;
  const Backend target;
  const TemporaryDirectory directory;
  const auto file = (directory.path() / "notes.backup").string();
  REQUIRE(Tool(source.url())({"upgrade"}).status.code == 0);
  REQUIRE(Tool(source.url())({"seed", "--env", "dev"}).status.code == 0);

  const auto written = Tool(source.url())({"backup", "--out", file});
  CHECK(written.errors == "");
  CHECK(written.status.code == 0);
  const auto heads = Tool(source.url())({"heads"}).output;  // "PARENT -> REVISION (head)  …"
  const auto head = heads.substr(heads.find("-> ") + 3, 12);
  CHECK(written.output.ends_with("written to " + file + ", at revision " + head + "\n"));

  const Tool tool(target.url());
  const auto name = Backend::kEngine == db::Engine::sqlite
                        ? std::filesystem::path(target.url()).filename().string()
                        : target.url().substr(target.url().rfind('/') + 1);
  auto refused = tool({"restore", "--file", file});
  CHECK(refused.status.code == 10);
  CHECK(refused.errors.find("needs --yes --database " + name) != std::string::npos);
  CHECK(tool({"restore", "--file", file, "--yes", "--database", "another"}).status.code == 10);

  const auto restored = tool({"restore", "--file", file, "--yes", "--database", name});
  CHECK(restored.errors == "");
  CHECK(restored.status.code == 0);
  CHECK(query(target.url(), "SELECT title, body FROM notes ORDER BY id") ==
        query(source.url(), "SELECT title, body FROM notes ORDER BY id"));
  CHECK(tool({"status"}).status.code == 0);
  CHECK(tool({"seed", "--env", "dev"}).output.ends_with("nothing to change: every row is there\n"));

  CHECK(tool({"restore", "--file", file, "--yes", "--database", name}).status.code == 9);
  CHECK(tool({"restore", "--file", file, "--yes", "--database", name, "--overwrite"}).status.code ==
        0);
  CHECK(tool({"status"}).status.code == 0);
}

}  // namespace
}  // namespace notes::tests
