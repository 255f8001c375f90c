#include "seed/report.hpp"

#include <doctest/doctest.h>

using namespace notes::seed;

TEST_CASE("a report adds up the files of a table, and knows whether a row changed") {
  Report report;
  report.files.push_back(
      {"1.yaml", Edition::first, {{.table = "b", .inserted = 2}, {.table = "a", .unchanged = 1}}});
  report.files.push_back({"2.yaml", Edition::same, {{.table = "b", .updated = 3, .unchanged = 4}}});
  CHECK(report.tables() ==
        std::vector<TableCount>{{.table = "b", .inserted = 2, .updated = 3, .unchanged = 4},
                                {.table = "a", .unchanged = 1}});
  CHECK(report.changed());
  report.files[0].tables[0].inserted = 0;
  report.files[1].tables[0].updated = 0;
  CHECK_FALSE(report.changed());
}
