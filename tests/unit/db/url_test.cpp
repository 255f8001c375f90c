#include "db/url.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "base/error.hpp"

namespace notes::db {
namespace {

std::string refusal(std::string_view text) {
  try {
    Url::parse(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "";
}

TEST_CASE("a SQLite URL names a file as SQLAlchemy reads it") {
  struct Row {
    std::string_view url, path;
  };
  const Row rows[] = {
      {"sqlite:notes.db", "notes.db"},
      {"sqlite:/var/lib/notes.db", "/var/lib/notes.db"},
      {"sqlite:///notes.db", "notes.db"},
      {"sqlite:///data/notes.db", "data/notes.db"},
      {"sqlite:////var/lib/notes.db", "/var/lib/notes.db"},
      {"sqlite+pysqlite:///notes.db", "notes.db"},
      {"sqlite::memory:", ":memory:"},
      {"sqlite:///:memory:", ":memory:"},
      {"sqlite:with%20space%25.db", "with space%.db"},
      {"sqlite:a=b c.db", "a=b c.db"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    const auto url = Url::parse(row.url);
    CHECK(url.engine() == Engine::sqlite);
    CHECK(url.path() == row.path);
    CHECK(url.conninfo().empty());
    CHECK(url.in_memory() == (row.path == ":memory:"));
    CHECK(url.redacted() == "sqlite:" + std::string(row.path));
  }
}

TEST_CASE("a PostgreSQL URL becomes libpq's URI and is shown without its password") {
  struct Row {
    std::string_view url, conninfo, redacted;
  };
  const Row rows[] = {
      {"postgres://ann:s3cret@db:5433/notes", "postgresql://ann:s3cret@db:5433/notes",
       "postgresql://ann:***@db:5433/notes"},
      {"postgresql+psycopg2://ann:s3cret@db/notes", "postgresql://ann:s3cret@db/notes",
       "postgresql://ann:***@db/notes"},
      {"postgresql://ann@db/notes", "postgresql://ann@db/notes", "postgresql://ann@db/notes"},
      {"postgresql://", "postgresql://", "postgresql://"},
      {"postgresql:///notes?user=a@b", "postgresql:///notes?user=a@b",
       "postgresql:///notes?user=a@b"},
      {"postgresql:///notes?host=/run/postgresql", "postgresql:///notes?host=/run/postgresql",
       "postgresql:///notes?host=/run/postgresql"},
      {"postgresql://ann:pw9@[::1]:5432/notes?sslmode=require",
       "postgresql://ann:pw9@[::1]:5432/notes?sslmode=require",
       "postgresql://ann:***@[::1]:5432/notes?sslmode=require"},
      {"postgresql://ann:pw9@a:1,b:2/notes?target_session_attrs=read-write",
       "postgresql://ann:pw9@a:1,b:2/notes?target_session_attrs=read-write",
       "postgresql://ann:***@a:1,b:2/notes?target_session_attrs=read-write"},
      {"postgresql://ann:p%40ss%2Fword@db/notes", "postgresql://ann:p%40ss%2Fword@db/notes",
       "postgresql://ann:***@db/notes"},
      {"postgresql://ann:p@ss@db/notes", "postgresql://ann:p%40ss@db/notes",
       "postgresql://ann:***@db/notes"},
      {"postgresql://ann:a:b@db/notes", "postgresql://ann:a:b@db/notes",
       "postgresql://ann:***@db/notes"},
      {"postgresql://db/notes?user=ann&password=s3cret&sslpassword=k3y",
       "postgresql://db/notes?user=ann&password=s3cret&sslpassword=k3y",
       "postgresql://db/notes?user=ann&password=***&sslpassword=***"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    const auto url = Url::parse(row.url);
    CHECK(url.engine() == Engine::postgresql);
    CHECK(url.conninfo() == row.conninfo);
    CHECK(url.redacted() == row.redacted);
    CHECK(url.path().empty());
    CHECK(url.prepared_statements());
  }
}

TEST_CASE("prepared_statements is ours and does not reach libpq") {
  const auto url = Url::parse(
      "postgresql://db/notes?sslmode=disable&prepared_statements=false&connect_timeout=3");
  CHECK_FALSE(url.prepared_statements());
  CHECK(url.conninfo() == "postgresql://db/notes?sslmode=disable&connect_timeout=3");
  CHECK(Url::parse("postgresql://db/notes?prepared_statements=true").prepared_statements());
  CHECK(refusal("postgresql://db/notes?prepared_statements=off") ==
        "the database URL has prepared_statements=off; expected true or false");
}

TEST_CASE("a URL that cannot be understood is refused with the way out") {
  struct Row {
    std::string_view url, part;
  };
  const Row rows[] = {
      {"", "is empty; expected sqlite:PATH"},
      {"notes.db", "has no scheme before a \":\""},
      {"mysql://db/notes", "has a scheme that is not known"},
      {"sqlite:", "names no file; write sqlite:notes.db"},
      {"sqlite://", "names no file"},
      {"sqlite:///", "names no file"},
      {"sqlite://host/notes.db", "names a host, and SQLite has none"},
      {"sqlite:notes.db?mode=ro", "has parameters behind \"?\""},
      {"sqlite:100%.db", "has a \"%\" in 100%.db without two hexadecimal digits"},
      {"sqlite:a%4", "without two hexadecimal digits"},
      {"sqlite:a%00b", "control character"},
      {"sqlite:a\"b", "double quote"},
      {"postgresql:notes", "lacks \"//\""},
      {"postgresql://db:port/notes", "has a port that is not a number from 1 to 65535"},
      {"postgresql://db:65536/notes", "has a port that is not a number"},
      {"postgresql://[::1]:0/notes", "has a port that is not a number"},
      {"postgresql://a:1,b:x/notes", "has a port that is not a number"},
      {"postgresql://db?user=a@b", "has an \"@\" behind"},
      {"postgresql://db/notes?no_such=1", "postgresql://db/notes?no_such=1 cannot be used"},
      {"postgresql://[::1/notes", "has a port that is not a number"},
      {"postgresql://db/notes#part", "has a \"#\""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    const auto message = refusal(row.url);
    CAPTURE(message);
    CHECK(message.find(row.part) != std::string::npos);
  }
}

TEST_CASE("no refusal shows a password") {
  const std::string_view urls[] = {
      "postgresql://ann:hunter2@db:port/notes",
      "postgresql://ann:hunter2%zz@db/notes",
      "postgresql://ann:hunter2/x@db/notes",
      "postgresql://ann:hunter2?x@db/notes",
      "postgresql://ann:hunter2#x@db/notes",
      "postgresql://db/notes?password=hunter2&no_such=1",
      "postgresql://db/notes?password=hunter2%zz",
      "postgresql://ann:hunter2@[::1/notes",
      "mysql://ann:hunter2@db/notes",
      "ann:hunter2@db/notes",
      "sqlite://ann:hunter2@db/notes",
      "postgresql:ann:hunter2@db/notes",
      "postgresql://ann:hunter2@db/notes?bad=%zz",
      "postgresql://ann:hunter2@db/no%zztes",
      "postgresql://ann:%68unter2%zz@db:1:2/notes",
  };
  for (const auto url : urls) {
    CAPTURE(url);
    const auto message = refusal(url);
    CAPTURE(message);
    CHECK_FALSE(message.empty());
    CHECK(message.find("unter2") == std::string::npos);
  }
}

TEST_CASE("redact hides a password as written and as decoded") {
  const auto url = Url::parse("postgresql://ann:p%40ss@db/notes?sslpassword=k3y");
  CHECK(url.redact("p%40ss and p@ss and k3y and pass") == "*** and *** and *** and pass");
}

}  // namespace
}  // namespace notes::db
