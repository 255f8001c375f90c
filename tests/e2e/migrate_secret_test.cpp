#include <doctest/doctest.h>

#include "e2e/process.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

constexpr auto kPassword = "hunter2 of ops";

Finished migrate(const TemporaryDirectory& place, const std::string& url, bool by_option) {
  std::vector<std::string> arguments{"upgrade", "--verbose", "--json", "--dir", place.path()};
  std::map<std::string, std::string> environment;
  if (by_option) {
    arguments.insert(arguments.end(), {"--database-url", url});
  } else {
    environment["DATABASE_URL"] = url;
  }
  return run(
      built("notes-migrate"),
      {.arguments = arguments, .environment = environment, .directory = place.path(), .input = ""});
}

/// Neither as it was written nor decoded.
void check_silent(const Finished& finished) {
  const auto all = finished.output + finished.errors;
  CAPTURE(all);
  CHECK(finished.status.code != 0);
  CHECK(all.find(kPassword) == std::string::npos);
  CHECK(all.find("hunter2") == std::string::npos);
}

}  // namespace

TEST_CASE("no error shows the password, wherever in the URL it stands") {
  const TemporaryDirectory place;
  place.write("a.sql", "-- revision: aaaa\n-- migrate:up\nCREATE TABLE a (x INTEGER);\n");
  for (const std::string url :
       {"postgresql://u:hunter2%20of%20ops@127.0.0.1:1/none",
        "postgresql://u@127.0.0.1:1/none?password=hunter2%20of%20ops",
        "postgresql://127.0.0.1:1/none?user=u&password=hunter2%20of%20ops&connect_timeout=2",
        "postgresql://u:hunter2%20of%20ops@127.0.0.1:noport/none",
        "postgresql://u:hunter2%20of%20ops@127.0.0.1:1/none?no_such_parameter=1",
        "postgresql://u:hunter2%20of%20ops@127.0.0.1:1/none?sslmode=sometimes",
        "mysql://u:hunter2%20of%20ops@127.0.0.1/none"}) {
    CAPTURE(url);
    check_silent(migrate(place, url, true));
    check_silent(migrate(place, url, false));
  }
}

TEST_CASE("a server that refuses the password does not make it known") {
  const Postgres backend;
  const TemporaryDirectory place;
  place.write("a.sql", "-- revision: aaaa\n-- migrate:up\nCREATE TABLE a (x INTEGER);\n");
  auto url = backend.url();
  const auto colon = url.find(':', url.find("//"));
  url.replace(colon + 1, url.find('@') - colon - 1, "hunter2%20of%20ops");
  const auto refused = migrate(place, url, false);
  check_silent(refused);
  CHECK(refused.status.code == 7);
  CHECK(refused.errors.find("password authentication failed") != std::string::npos);
}

TEST_CASE("neither a run that succeeds nor one that fails shows the password") {
  const Postgres backend;
  const TemporaryDirectory place;
  const auto start = backend.url().find(':', backend.url().find("//")) + 1;
  const auto password = backend.url().substr(start, backend.url().find('@') - start);
  const auto check = [&](int code) {
    const auto finished = migrate(place, backend.url(), false);
    CHECK(finished.status.code == code);
    CHECK((finished.output + finished.errors).find(password) == std::string::npos);
  };
  place.write("a.sql", "-- revision: aaaa\n-- migrate:up\nCREATE TABLE a (x INTEGER);\n");
  check(0);
  place.write("b.sql",
              "-- revision: bbbb\n-- down_revision: aaaa\n-- migrate:up\nINSERT INTO nowhere "
              "VALUES (1);\n");
  check(2);
}
