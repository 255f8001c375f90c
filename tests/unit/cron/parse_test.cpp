#include "cron/parse.hpp"

#include <bit>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "cron/schedule.hpp"

using namespace notes;
using cron::DayJoin;
using cron::Fields;
using cron::parse_fields;

namespace {

/// The sets of an expression as text; to_string() is held against hand-made sets below.
std::string sets(std::string_view expression) { return to_string(parse_fields(expression, "job")); }

std::string refusal(std::string_view expression) {
  try {
    cron::Schedule::parse(expression, {"job"});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("five fields become sets of bits") {
  Fields expected;
  expected.seconds = 1;
  expected.minutes = std::uint64_t{1} << 5 | std::uint64_t{1} << 35;
  expected.hours = 1U << 9 | 1U << 10 | 1U << 11;
  expected.days = 1U << 1 | 1U << 15;
  expected.months = 1U << 6;
  expected.weekdays = 1U << 5;
  expected.join = DayJoin::either;
  CHECK(parse_fields("5,35 9-11 1,15 6 5", "job") == expected);
  CHECK(to_string(expected) == "0 5,35 9-11 1,15 6 5 either");
}

TEST_CASE("each form of a field means its values") {
  const struct {
    std::string_view expression;
    std::string_view sets;
  } table[] = {
      {"* * * * *", "0 * * * * * both"},
      {"30 * * * * *", "30 * * * * * both"},
      {"*/20 0 * * *", "0 0,20,40 0 * * * both"},
      {"5/20 0 * * *", "0 5,25,45 0 * * * both"},
      {"10-40/15 0 * * *", "0 10,25,40 0 * * * both"},
      {"*/90 0 * * *", "0 0 0 * * * both"},
      {"0 22-2 * * *", "0 0 0-2,22-23 * * * both"},
      {"0 22-4/3 * * *", "0 0 1,4,22 * * * both"},
      {"0 0 30-2 * *", "0 0 0 1-2,30-31 * * both"},
      {"0 0 1 nov-feb *", "0 0 0 1 1-2,11-12 * both"},
      {"0 0 1 JAN,Mar,dec *", "0 0 0 1 1,3,12 * both"},
      {"0 0 * * 5-7", "0 0 0 * * 0,5-6 both"},
      {"0 0 * * 0-7", "0 0 0 * * * both"},
      {"0 0 * * 7", "0 0 0 * * 0 both"},
      {"0 0 * * fri-mon", "0 0 0 * * 0-1,5-6 both"},
      {"0 0 * * 6-0", "0 0 0 * * 0,6 both"},
      {"0 0 * * 1-7/2", "0 0 0 * * 0-1,3,5 both"},
      {"0 0 * * 1/2", "0 0 0 * * 1,3,5 both"},
      {"0 0 ? * sun-sat", "0 0 0 * * * both"},
      {"0 0 L * *", "0 0 0 L-0 * * both"},
      {"0 0 l-3,10 * ?", "0 0 0 10,L-3 * * both"},
      {"0 0 lw * *", "0 0 0 LW * * both"},
      {"0 0 15w,31W * *", "0 0 0 W15,31 * * both"},
      {"0 0 * * mon#1,3#5", "0 0 0 * * #1:1,#5:3 both"},
      {"0 0 * * friL,0l", "0 0 0 * * L:0,5 both"},
      {"0 0 * * 7#2,7L", "0 0 0 * * #2:0,L:0 both"},
  };
  for (const auto& row : table) {
    CAPTURE(row.expression);
    CHECK(sets(row.expression) == row.sets);
  }
}

TEST_CASE("the days are joined by OR unless one of the fields begins with a star") {
  const struct {
    std::string_view expression;
    DayJoin join;
  } table[] = {{"0 0 1 * 1", DayJoin::either},   {"0 0 */2 * 1", DayJoin::both},
               {"0 0 1 * */2", DayJoin::both},   {"0 0 *,1 * 1", DayJoin::both},
               {"0 0 1/2 * 1", DayJoin::either}, {"0 0 L * 1", DayJoin::either}};
  for (const auto& row : table) {
    CAPTURE(row.expression);
    CHECK(parse_fields(row.expression, "job").join == row.join);
  }
}

TEST_CASE("minute or hour with a star in front follows real time") {
  CHECK(parse_fields("*/5 1 * * *", "job").follows_real_time);
  CHECK(parse_fields("5 *,1 * * *", "job").follows_real_time);
  CHECK_FALSE(parse_fields("0-59 0-23 * * *", "job").follows_real_time);
  CHECK_FALSE(parse_fields("* 5 5 * * *", "job").follows_real_time);
  CHECK_FALSE(parse_fields("H/5 1 * * *", "job").follows_real_time);
}

TEST_CASE("H is the same in every version: FNV-1a-64 of field and name") {
  // Worked out apart, in Python: low + fnv1a64("minute:purge-trash") % count.
  CHECK(to_string(parse_fields("H H H H H H", "purge-trash")) == "7 59 21 27 12 5 either");
  CHECK(to_string(parse_fields("H H * * *", "refresh-stats")) == "0 2 12 * * * both");
  CHECK(to_string(parse_fields("H/15 H(0-5) * * *", "purge-trash")) ==
        "0 14,29,44,59 3 * * * both");
  CHECK(to_string(parse_fields("h(10-19) 0 * * *", "purge-trash")) == "0 19 0 * * * both");
}

TEST_CASE("H spreads a thousand names over the minutes") {
  std::vector<int> hits(60);
  for (int n = 0; n < 1000; ++n) {
    const auto minutes = parse_fields("H 0 * * *", "job-" + std::to_string(n)).minutes;
    ++hits[static_cast<std::size_t>(std::countr_zero(minutes))];
  }
  // 16.7 on average; a fair spread leaves no minute empty and none with three times its share.
  for (const int count : hits) {
    CHECK(count > 0);
    CHECK(count < 50);
  }
}

TEST_CASE("shorthands are fixed times") {
  CHECK(cron::expand_shorthand("@hourly") == "0 * * * *");
  CHECK(cron::expand_shorthand("@daily") == "0 0 * * *");
  CHECK(cron::expand_shorthand("@midnight") == "0 0 * * *");
  CHECK(cron::expand_shorthand("@weekly") == "0 0 * * 0");
  CHECK(cron::expand_shorthand("@monthly") == "0 0 1 * *");
  CHECK(cron::expand_shorthand("@yearly") == "0 0 1 1 *");
  CHECK(cron::expand_shorthand("@annually") == "0 0 1 1 *");
}

TEST_CASE("what is wrong is named with its field, its value and what is accepted") {
  const struct {
    std::string_view expression;
    std::string_view message;
  } table[] = {
      {"60 * * * *", "minute: expected 0-59, got '60'"},
      {"61 0 0 * * *", "second: expected 0-59, got '61'"},
      {"0 1-24 * * *", "hour: expected 0-23, got '24' in '1-24'"},
      {"0 0 0 * *", "day of month: expected 1-31, got '0'"},
      {"0 0 * 13 *", "month: expected 1-12 or jan..dec, got '13'"},
      {"0 0 * jna *", "month: expected 1-12 or jan..dec, got 'jna' (did you mean 'jan'?)"},
      {"0 0 * * 8", "day of week: expected 0-7 or sun..sat, got '8'"},
      {"0 0 * * Mno,Fri",
       "day of week: expected 0-7 or sun..sat, got 'mno' in 'Mno,Fri' (did you mean 'mon'?)"},
      {"-1 * * * *", "minute: expected 0-59, got '' in '-1'"},
      {"1.5 * * * *", "minute: expected 0-59, got '1.5'"},
      {"99999 * * * *", "minute: expected 0-59, got '99999'"},
      {"1,,2 * * * *", "minute: expected 0-59 between the commas, got '' in '1,,2'"},
      {"*/0 * * * *", "minute: expected a step of 1 or more behind '/', got '0' in '*/0'"},
      {"*/x * * * *", "minute: expected a step of 1 or more behind '/', got 'x' in '*/x'"},
      {"1/2/3 * * * *", "minute: expected a step of 1 or more behind '/', got '2/3' in '1/2/3'"},
      {"? * * * *", "minute: expected 0-59 or '*' ('?' stands for a day only), got '?'"},
      {"0 0 ?/2 * *", "day of month: expected '*' before a step, got '?/' in '?/2'"},
      {"0 L * * *", "hour: expected 0-23, got 'L'"},
      {"0 0 L-31 * *",
       "day of month: expected L-0 to L-30, the days before the month's last one, got 'L-31'"},
      {"0 0 32W * *",
       "day of month: expected 1W to 31W, the Monday to Friday nearest to that day, got '32W'"},
      {"0 0 * * L",
       "day of week: expected the weekday whose last one is meant, as in 5L or friL, got 'L'"},
      {"0 0 * * 5#6", "day of week: expected weekday#1 to weekday#5, got '5#6'"},
      {"H(5) * * * *", "minute: expected H, H(a-b), H/n or H(a-b)/n, got 'H(5)'"},
      {"H(9-5) * * * *", "minute: expected H(a-b) with a not above b, got 'H(9-5)'"},
      {"H/61 * * * *", "minute: expected a step of at most 60, got 'H/61'"},
      {"0 0 30 2 *",
       "schedule: '0 0 30 2 *' names a date that never comes: check its day of month, month and "
       "day of week against each other"},
      {"0 0 31 4,6,9,11 *",
       "schedule: '0 0 31 4,6,9,11 *' names a date that never comes: check its day of month, month "
       "and day of week against each other"},
      {"* * * *",
       "schedule: expected five fields (minute, hour, day of month, month, day of week), or six "
       "with leading seconds, got 4 in '* * * *'"},
      {"",
       "schedule: expected five fields (minute, hour, day of month, month, day of week), or six "
       "with leading seconds, got 0 in ''"},
      {"@reboot",
       "schedule: '@reboot' has no moment where any of several replicas may lead; let the start of "
       "the machine or container run the job"},
      {"@dialy",
       "schedule: unknown shorthand '@dialy' (did you mean '@daily'?); expected @hourly, @daily, "
       "@midnight, @weekly, @monthly, @yearly, @annually or '@every 15m'"},
      {"@every soon", "@every: expected a duration like 30s, 15m or 1h30m, got 'soon'"},
      {"@every", "@every: expected a duration like 30s, 15m or 1h30m, got ''"},
      {"@every 500ms", "every: expected at least 1s, got '500ms'"},
      {"CRON_TZ=Asia/Seuol 0 0 * * *",
       "time zone: 'Asia/Seuol' is not in the system's time-zone database (did you mean "
       "'Asia/Seoul'?); expected a name like UTC or America/New_York"},
      {"TZ=america/new_york 0 0 * * *",
       "time zone: 'america/new_york' is not in the system's time-zone database (did you mean "
       "'America/New_York'?); expected a name like UTC or America/New_York"},
      {"TZ=../../etc/passwd 0 0 * * *",
       "time zone: '../../etc/passwd' is not in the system's time-zone database; expected a name "
       "like UTC or America/New_York"},
  };
  for (const auto& row : table) {
    CAPTURE(row.expression);
    CHECK(refusal(row.expression) == row.message);
  }
}
