#include "scheduler/planner.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;

Timestamp at(std::string_view time_of_day) {
  return *Timestamp::parse(fmt::format("2026-03-01T{}Z", time_of_day));
}

JobDefinition job(std::string name, std::string_view expression) {
  JobDefinition made{.name = name, .work = BuiltinWork{name}};
  made.schedule = cron::Schedule::parse(expression, {.name = name});
  return made;
}

JobState state(const JobDefinition& definition, Timestamp watermark,
               std::optional<Pause> pause = {}) {
  return {.name = definition.name,
          .schedule = definition.schedule->canonical(),
          .watermark = watermark,
          .pause = std::move(pause)};
}

/// "job 10:01 run", "job 10:02 superseded": what was decided, in order.
std::vector<std::string> told(const Planner::Portion& portion) {
  std::vector<std::string> lines;
  for (const auto& decision : portion.decisions) {
    lines.push_back(fmt::format("{} {} {}", decision.job,
                                to_string(decision.tick.due_at).substr(11, 8),
                                decision.skip_reason.empty() ? "run" : decision.skip_reason));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("a tick is decided when its turn has come, and once") {
  const std::vector jobs{job("a", "*/5 * * * *")};
  Planner planner(jobs);
  CHECK_FALSE(planner.next_turn().has_value());
  const std::vector states{state(jobs[0], at("10:02:00"))};
  planner.begin(states);
  CHECK(planner.next_turn() == at("10:05:00"));
  CHECK(planner.decide(at("10:04:59.999999")).decisions.empty());
  const auto portion = planner.decide(at("10:05:00"));
  REQUIRE(portion.decisions.size() == 1);
  CHECK(portion.decisions[0].tick ==
        Tick{.nominal = "2026-03-01T10:05:00[UTC]", .fold = 0, .due_at = at("10:05:00")});
  CHECK(portion.decisions[0].skip_reason.empty());
  REQUIRE(portion.watermarks.size() == 1);
  CHECK(portion.watermarks[0].name == "a");
  CHECK(portion.watermarks[0].watermark == at("10:05:00"));
  CHECK(planner.decide(at("10:05:00")).decisions.empty());
  CHECK(planner.next_turn() == at("10:10:00"));
}

TEST_CASE("the nominal time is local, carries its zone, and the fold tells equal times apart") {
  auto hourly = job("hourly", "CRON_TZ=America/New_York 0 * * * *");
  hourly.catch_up = CatchUp::all;
  const std::vector jobs{hourly};
  Planner planner(jobs);
  const std::vector states{state(jobs[0], *Timestamp::parse("2025-11-02T04:30:00Z"))};
  planner.begin(states);
  const auto portion = planner.decide(*Timestamp::parse("2025-11-02T06:00:00Z"));
  REQUIRE(portion.decisions.size() == 2);
  CHECK(portion.decisions[0].tick.nominal == "2025-11-02T01:00:00[America/New_York]");
  CHECK(portion.decisions[0].tick.fold == 0);
  CHECK(portion.decisions[1].tick.nominal == "2025-11-02T01:00:00[America/New_York]");
  CHECK(portion.decisions[1].tick.fold == 1);
}

TEST_CASE("an interval's nominal time is in UTC") {
  JobDefinition each{.name = "each", .work = BuiltinWork{"each"}};
  each.schedule = cron::Schedule::every(15min);
  CHECK(tick_after(each, at("10:01:00"))->nominal == "2026-03-01T10:15:00[UTC]");
}

TEST_CASE("after an outage each tick is decided by the job's policy") {
  struct Case {
    std::string name;
    CatchUp catch_up;
    std::optional<std::chrono::milliseconds> max_age;
    std::optional<std::size_t> max_count;
    Lines expected;
  };
  // Down from 10:00:30 to 10:05:05: five ticks of the minute.
  const std::vector<Case> cases{
      {"none",
       CatchUp::none,
       {},
       {},
       {"j 10:01:00 too_old", "j 10:02:00 too_old", "j 10:03:00 too_old", "j 10:04:00 too_old",
        "j 10:05:00 run"}},
      {"none within 3 s",
       CatchUp::none,
       3s,
       {},
       {"j 10:01:00 too_old", "j 10:02:00 too_old", "j 10:03:00 too_old", "j 10:04:00 too_old",
        "j 10:05:00 too_old"}},
      {"latest",
       CatchUp::latest,
       {},
       {},
       {"j 10:01:00 superseded", "j 10:02:00 superseded", "j 10:03:00 superseded",
        "j 10:04:00 superseded", "j 10:05:00 run"}},
      {"latest within 3 s",
       CatchUp::latest,
       3s,
       {},
       {"j 10:01:00 superseded", "j 10:02:00 superseded", "j 10:03:00 superseded",
        "j 10:04:00 superseded", "j 10:05:00 too_old"}},
      {"all",
       CatchUp::all,
       {},
       {},
       {"j 10:01:00 run", "j 10:02:00 run", "j 10:03:00 run", "j 10:04:00 run", "j 10:05:00 run"}},
      {"all within 2 min 5 s",
       CatchUp::all,
       125s,
       {},
       {"j 10:01:00 too_old", "j 10:02:00 too_old", "j 10:03:00 run", "j 10:04:00 run",
        "j 10:05:00 run"}},
      {"all, two at most",
       CatchUp::all,
       {},
       2,
       {"j 10:01:00 over_max_count", "j 10:02:00 over_max_count", "j 10:03:00 over_max_count",
        "j 10:04:00 run", "j 10:05:00 run"}},
      {"all, more than there are",
       CatchUp::all,
       {},
       9,
       {"j 10:01:00 run", "j 10:02:00 run", "j 10:03:00 run", "j 10:04:00 run", "j 10:05:00 run"}},
  };
  for (const auto& one : cases) {
    CAPTURE(one.name);
    auto definition = job("j", "* * * * *");
    definition.catch_up = one.catch_up;
    definition.max_age = one.max_age;
    definition.max_count = one.max_count;
    const std::vector jobs{definition};
    Planner planner(jobs);
    const std::vector states{state(jobs[0], at("10:00:30"))};
    planner.begin(states);
    const auto portion = planner.decide(at("10:05:05"));
    CHECK(told(portion) == one.expected);
    REQUIRE(portion.watermarks.size() == 1);
    CHECK(portion.watermarks[0].watermark == at("10:05:00"));
    CHECK(planner.next_turn() == at("10:06:00"));
  }
}

TEST_CASE("a tick that comes late and alone is run, by CatchUp::none while it is current") {
  auto none = job("none", "0 * * * *");
  none.catch_up = CatchUp::none;
  auto latest = job("late", "0 * * * *");
  const std::vector jobs{none, latest};
  const std::vector states{state(jobs[0], at("09:30:00")), state(jobs[1], at("09:30:00"))};
  Planner planner(jobs);
  planner.begin(states);
  auto lines = told(planner.decide(at("10:00:10")));
  std::sort(lines.begin(), lines.end());
  CHECK(lines == Lines{"late 10:00:00 run", "none 10:00:00 run"});
  planner.begin(states);
  lines = told(planner.decide(at("10:00:10.000001")));
  std::sort(lines.begin(), lines.end());
  CHECK(lines == Lines{"late 10:00:00 run", "none 10:00:00 too_old"});
}

TEST_CASE("what is made up comes at the rate, and the rest at its own time") {
  auto definition = job("j", "* * * * *");
  definition.catch_up = CatchUp::all;
  definition.rate = 0.5;
  const std::vector jobs{definition};
  Planner planner(jobs);
  const std::vector states{state(jobs[0], at("10:00:00"))};
  planner.begin(states);
  CHECK(told(planner.decide(at("10:03:30"))) == Lines{"j 10:01:00 run"});
  CHECK(planner.next_turn() == at("10:03:32"));
  CHECK(planner.decide(at("10:03:31")).decisions.empty());
  CHECK(told(planner.decide(at("10:03:32"))) == Lines{"j 10:02:00 run"});
  CHECK(told(planner.decide(at("10:03:34"))) == Lines{"j 10:03:00 run"});
  CHECK(planner.next_turn() == at("10:04:00"));
}

TEST_CASE(
    "a pause skips what is due within it, of one job or of all, and not what was due before") {
  const Pause pause{.since = at("10:01:30"), .until = at("10:04:00"), .by = "ada"};
  auto a = job("a", "* * * * *");
  a.catch_up = CatchUp::all;
  auto b = a;
  b.name = "b";
  const std::vector jobs{a, b};
  const Lines paused{"10:01:00 run", "10:02:00 paused", "10:03:00 paused", "10:04:00 run"};
  const auto of_job = [](const std::string& name, const Planner::Portion& portion) {
    Lines lines;
    for (const auto& line : told(portion)) {
      if (line.starts_with(name + ' ')) lines.push_back(line.substr(name.size() + 1));
    }
    return lines;
  };
  Planner planner(jobs);
  SUBCASE("one") {
    planner.begin(std::vector{state(a, at("10:00:00"), pause), state(b, at("10:00:00"))});
    const auto portion = planner.decide(at("10:04:10"));
    CHECK(of_job("a", portion) == paused);
    CHECK(of_job("b", portion) ==
          Lines{"10:01:00 run", "10:02:00 run", "10:03:00 run", "10:04:00 run"});
  }
  SUBCASE("all, paused later") {
    planner.begin(std::vector{state(a, at("10:00:00")), state(b, at("10:00:00"))});
    planner.set_pauses(
        std::vector{JobState{.name = "*", .schedule = {}, .watermark = {}, .pause = pause}});
    const auto portion = planner.decide(at("10:04:10"));
    CHECK(of_job("a", portion) == paused);
    CHECK(of_job("b", portion) == paused);
  }
}

TEST_CASE("jitter delays a tick's turn by the same amount everywhere, below its limit") {
  auto definition = job("j", "* * * * *");
  definition.jitter = 30s;
  std::set<std::chrono::microseconds> drawn;
  auto after = at("10:00:00");
  for (int i = 0; i < 100; ++i) {
    const auto tick = *tick_after(definition, after);
    const auto jitter = jitter_of(definition, tick);
    CHECK(jitter >= 0us);
    CHECK(jitter < 30s);
    CHECK(jitter == jitter_of(definition, tick));
    drawn.insert(jitter);
    after = tick.due_at;
  }
  CHECK(drawn.size() == 100);
  CHECK(*drawn.begin() < 5s);
  CHECK(*drawn.rbegin() > 25s);

  const std::vector jobs{definition};
  Planner planner(jobs);
  planner.begin(std::vector{state(jobs[0], at("10:00:00"))});
  const auto first = *tick_after(definition, at("10:00:00"));
  CHECK(planner.next_turn() == first.due_at + jitter_of(definition, first));
}

TEST_CASE("100,000 missed ticks come in portions, and every one is told of") {
  auto definition = job("j", "* * * * * *");
  definition.catch_up = CatchUp::all;
  definition.max_count = 100;
  const std::vector jobs{definition};
  Planner planner(jobs);
  const auto start = at("00:00:00");
  const auto now = start + 100'000s;
  planner.begin(std::vector{state(jobs[0], start)});
  std::size_t run = 0;
  std::size_t skipped = 0;
  Timestamp before = start;
  for (;;) {
    const auto portion = planner.decide(now);
    if (portion.decisions.empty()) break;
    REQUIRE(portion.decisions.size() <= Planner::kPortion);
    for (const auto& decision : portion.decisions) {
      REQUIRE(decision.tick.due_at == before + 1s);
      before = decision.tick.due_at;
      ++(decision.skip_reason.empty() ? run : skipped);
    }
    REQUIRE(portion.watermarks.at(0).watermark == before);
  }
  CHECK(run == 100);
  CHECK(skipped == 99'900);
  CHECK(before == now);
}

TEST_CASE("ticks of many jobs come in the order of their turns") {
  std::vector<JobDefinition> jobs;
  std::vector<JobState> states;
  for (int i = 0; i < 600; ++i) {
    jobs.push_back(job(fmt::format("j{}", i), fmt::format("{} * * * * *", (i * 7) % 60)));
    states.push_back(state(jobs.back(), at("10:00:59.5")));
  }
  Planner planner(jobs);
  planner.begin(states);
  const auto portion = planner.decide(at("10:01:29"));
  CHECK(portion.decisions.size() == 300);
  CHECK(std::is_sorted(portion.decisions.begin(), portion.decisions.end(),
                       [](const auto& a, const auto& b) { return a.tick.due_at < b.tick.due_at; }));
  CHECK(planner.next_turn() == at("10:01:30"));
}

TEST_CASE("a wall clock that goes back fires nothing again") {
  const std::vector jobs{job("j", "* * * * *")};
  Planner planner(jobs);
  planner.begin(std::vector{state(jobs[0], at("10:00:00"))});
  CHECK(told(planner.decide(at("10:01:00"))) == Lines{"j 10:01:00 run"});
  CHECK(planner.decide(at("09:00:00")).decisions.empty());
  CHECK(planner.decide(at("10:01:59")).decisions.empty());
  CHECK(told(planner.decide(at("10:02:00"))) == Lines{"j 10:02:00 run"});
}

TEST_CASE("a job without a state or a schedule is not planned") {
  JobDefinition by_hand{.name = "by-hand", .work = BuiltinWork{"by-hand"}};
  const std::vector jobs{by_hand, job("unknown", "* * * * *")};
  Planner planner(jobs);
  planner.begin(
      std::vector{JobState{.name = "by-hand", .schedule = {}, .watermark = at("10:00:00")}});
  CHECK_FALSE(planner.next_turn().has_value());
  CHECK(planner.decide(at("12:00:00")).decisions.empty());
}

}  // namespace
}  // namespace notes::scheduler
