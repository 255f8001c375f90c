#include "sql/statement.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace notes::sql;

TEST_CASE("split counts positions from where the text stands in its file") {
  const auto statements =
      split("  SELECT 1;\n-- two\nSELECT 2", Syntax::postgresql, Position{100, 7, 1});

  REQUIRE(statements.size() == 2);
  CHECK(statements[0].text == "SELECT 1");
  CHECK(statements[0].position == Position{102, 7, 3});
  CHECK(statements[1].text == "SELECT 2");
  CHECK(statements[1].position == Position{119, 9, 1});
}

TEST_CASE("split finds nothing in blanks, comments and semicolons") {
  for (const auto syntax : {Syntax::postgresql, Syntax::sqlite}) {
    CHECK(split("", syntax).empty());
    CHECK(split(" \r\n-- nothing\n/* at all */ ;; ;\n", syntax).empty());
  }
}

TEST_CASE("split reports the effect of an index built concurrently with its qualified names") {
  const auto statements =
      split(R"(CREATE INDEX CONCURRENTLY "By Name" ON app.notes (title))", Syntax::postgresql);

  REQUIRE(statements.size() == 1);
  CHECK(statements[0].kind == Kind::standalone);
  CHECK(statements[0].effect == Effect::index_created);
  CHECK(statements[0].object == QualifiedName{"app", "By Name"});
  CHECK(statements[0].table == QualifiedName{"app", "notes"});
}

TEST_CASE("split reports the label that ALTER TYPE ADD VALUE adds") {
  const auto statements = split(
      "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm' AFTER 'sad';"
      "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
      Syntax::postgresql);

  REQUIRE(statements.size() == 2);
  CHECK(statements[0].enum_label == "calm");
  CHECK(statements[0].kind == Kind::ordinary);
  CHECK(statements[1].enum_label.empty());
}

TEST_CASE("a syntax error is placed in the file, counting code points") {
  try {
    split("SELECT '\xC3\xA9\xC3\xA9', 1 FROM FROM x", Syntax::postgresql, Position{50, 4, 1});
    FAIL("no SyntaxError");
  } catch (const SyntaxError& error) {
    CHECK(std::string(error.what()) == "syntax error at or near \"FROM\"");
    CHECK(error.position() == Position{50 + 22, 4, 21});
    CHECK(error.code() == notes::ErrorCode::malformed);
  }
}

TEST_CASE("split may be called by many threads at once") {
  std::vector<std::size_t> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& count : found) {
      threads.emplace_back([&count] {
        for (int round = 0; round < 50; ++round) {
          count += split("SELECT 1; SELECT ';'; SELECT $$;$$", Syntax::postgresql).size();
        }
      });
    }
  }
  CHECK(found == std::vector<std::size_t>{150, 150, 150, 150});
}
