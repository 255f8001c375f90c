#include "cron/fields.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "cron/parse.hpp"

using namespace notes;
using namespace std::chrono_literals;
using cron::first_match;
using cron::parse_fields;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::year_month;

namespace {

std::vector<unsigned> days(std::string_view day_fields, year_month month) {
  const std::uint32_t bits = days_of(parse_fields("0 0 " + std::string(day_fields), "job"), month);
  std::vector<unsigned> result;
  for (unsigned day = 0; day < 32; ++day) {
    if ((bits >> day & 1U) != 0) result.push_back(day);
  }
  return result;
}

using Days = std::vector<unsigned>;

constexpr year_month kNovember = 2025y / 11;      // the 1st is a Saturday, the 30th a Sunday
constexpr year_month kShortFebruary = 2026y / 2;  // the 1st is a Sunday, the 28th a Saturday
constexpr year_month kLeapFebruary = 2032y / 2;   // the 1st is a Sunday, so is the 29th
constexpr year_month kAugust = 2026y / 8;         // the 1st is a Saturday, the 31st a Monday

}  // namespace

TEST_CASE("the nearest working day stays in its month") {
  CHECK(days("1W * *", kNovember) == Days{3});
  CHECK(days("30W * *", kNovember) == Days{28});
  CHECK(days("15W,16W,18W * *", kNovember) == Days{14, 17, 18});
  CHECK(days("1W * *", kShortFebruary) == Days{2});
  CHECK(days("28W * *", kShortFebruary) == Days{27});
  CHECK(days("29W * *", kShortFebruary) == Days{});
  CHECK(days("29W * *", kLeapFebruary) == Days{27});
}

TEST_CASE("the last working day") {
  CHECK(days("LW * *", kNovember) == Days{28});
  CHECK(days("LW * *", kShortFebruary) == Days{27});
  CHECK(days("LW * *", kLeapFebruary) == Days{27});
  CHECK(days("LW * *", kAugust) == Days{31});
}

TEST_CASE("days counted from the month's last one") {
  CHECK(days("L,L-1 * *", kNovember) == Days{29, 30});
  CHECK(days("L-29,L-30 * *", kNovember) == Days{1});
  CHECK(days("L-30 * *", kAugust) == Days{1});
  CHECK(days("L-28,L-29,L-30 * *", kShortFebruary) == Days{});
  CHECK(days("L * *", kLeapFebruary) == Days{29});
}

TEST_CASE("weekdays of the month") {
  CHECK(days("* * sun", kNovember) == Days{2, 9, 16, 23, 30});
  CHECK(days("* * sat#1,sat#4,sat#5", kNovember) == Days{1, 22, 29});
  CHECK(days("* * fri#5", kNovember) == Days{});
  CHECK(days("* * sun#5", kLeapFebruary) == Days{29});
  CHECK(days("* * sun#5", kShortFebruary) == Days{});
  CHECK(days("* * sunL,satL", kShortFebruary) == Days{22, 28});
  CHECK(days("* * monL,tueL", kAugust) == Days{25, 31});
}

TEST_CASE("days joined by OR and by AND") {
  CHECK(days("13 * fri", kNovember) == Days{7, 13, 14, 21, 28});
  CHECK(days("*/2 * fri", kNovember) == Days{7, 21});
  CHECK(days("1-7 * */7", kNovember) == Days{2});
  CHECK(days("L * mon#1", kNovember) == Days{3, 30});
}

TEST_CASE("days that a month lacks are not in it") {
  CHECK(days("28-31 * *", kShortFebruary) == Days{28});
  CHECK(days("28-31 * *", kLeapFebruary) == Days{28, 29});
  CHECK(days("30,31 * *", kNovember) == Days{30});
}

TEST_CASE("the first match jumps to the next second, minute, hour, day and month") {
  const auto fields = parse_fields("15,45 10,40 8,20 5,25 3,9 *", "job");
  const local_seconds end = local_days(2030y / 1 / 1);
  const struct {
    local_seconds from;
    local_seconds match;
  } table[] = {
      {local_days(2025y / 1 / 1), local_days(2025y / 3 / 5) + 8h + 10min + 15s},
      {local_days(2025y / 3 / 5) + 8h + 10min + 15s, local_days(2025y / 3 / 5) + 8h + 10min + 15s},
      {local_days(2025y / 3 / 5) + 8h + 10min + 16s, local_days(2025y / 3 / 5) + 8h + 10min + 45s},
      {local_days(2025y / 3 / 5) + 8h + 10min + 46s, local_days(2025y / 3 / 5) + 8h + 40min + 15s},
      {local_days(2025y / 3 / 5) + 8h + 41min, local_days(2025y / 3 / 5) + 20h + 10min + 15s},
      {local_days(2025y / 3 / 5) + 20h + 40min + 46s,
       local_days(2025y / 3 / 25) + 8h + 10min + 15s},
      {local_days(2025y / 3 / 25) + 21h, local_days(2025y / 9 / 5) + 8h + 10min + 15s},
      {local_days(2025y / 9 / 26), local_days(2026y / 3 / 5) + 8h + 10min + 15s},
  };
  for (const auto& row : table) {
    CAPTURE(row.from.time_since_epoch().count());
    CHECK(first_match(fields, row.from, end) == row.match);
  }
}

TEST_CASE("the end of a search does not belong to it") {
  const auto fields = parse_fields("30 2 * * *", "job");
  const local_seconds match = local_days(2025y / 6 / 1) + 2h + 30min;
  CHECK(first_match(fields, match - 1h, match) == std::nullopt);
  CHECK(first_match(fields, match - 1h, match + 1s) == match);
  CHECK(first_match(fields, match, match) == std::nullopt);
}
