#include "migrate/table_name.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using migrate::TableName;

TEST_CASE("a table name may have a schema, and is quoted part by part") {
  const auto& dialect = db::Dialect::of(db::Engine::postgresql);
  CHECK(TableName("history").quoted(dialect, "_events") == "\"history_events\"");
  CHECK(TableName("ops.history").quoted(dialect, "") == "\"ops\".\"history\"");
  CHECK(TableName("ops.history").text() == "ops.history");
  for (const auto& wrong :
       {std::string(""), std::string("a b"), std::string("a.b.c"), std::string("1a"),
        std::string(".a"), std::string("a."), std::string("a\""), std::string(49, 'a')}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(TableName{wrong}, Error);
  }
}
