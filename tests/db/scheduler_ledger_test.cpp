#include <algorithm>
#include <thread>

#include "scheduler/ledger.hpp"
#include "scheduler_fixture.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using tests::code_of;
using tests::execute;
using tests::minute;
using tests::Office;
using tests::ownership;
using tests::Postgres;
using tests::Sqlite;
using tests::tick;

constexpr auto kRuns = "SELECT CAST(count(*) AS TEXT) FROM cron_runs";
constexpr auto kTicks = "SELECT CAST(count(*) AS TEXT) FROM cron_ticks";

JobState job(std::string name, std::string schedule, Timestamp watermark = {}) {
  return {.name = std::move(name), .schedule = std::move(schedule), .watermark = watermark};
}

JobState find(const std::vector<JobState>& jobs, std::string_view name) {
  const auto found = std::find_if(jobs.begin(), jobs.end(),
                                  [&](const auto& candidate) { return candidate.name == name; });
  REQUIRE(found != jobs.end());
  return *found;
}

TEST_CASE_TEMPLATE("a claimed tick becomes a running run of the leader", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  const Decision decision{.job = "a",
                          .tick = tick(31),
                          .apply = true,
                          .parameters = {{"older_than", "30d"}, {"who", "김 \"x\"\n"}}};
  const std::vector watermarks{job("a", "* * * * *", minute(31))};
  const auto claimed = office.ledger.claim(leader, {&decision, 1}, watermarks);
  REQUIRE(claimed.started.size() == 1);
  CHECK(claimed.queued.empty());
  CHECK(claimed.skipped == 0);
  const auto& run = claimed.started.front();
  CHECK(run.tick == tick(31));
  CHECK(run.owner == leader.holder);
  CHECK(find(office.ledger.jobs(), "a").watermark == minute(31));
  CHECK(office.value("SELECT CAST(run_id AS TEXT) FROM cron_ticks WHERE outcome = 'run'") ==
        to_string(run.id));

  // As the next leader reads it from the row.
  const auto next = office.lead();
  const auto taken = office.ledger.take_over(next, {});
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].id == run.id);
  CHECK(taken[0].job == "a");
  CHECK(taken[0].origin == Origin::schedule);
  CHECK(taken[0].tick == tick(31));
  CHECK(taken[0].apply);
  CHECK(taken[0].parameters == decision.parameters);
  CHECK(taken[0].state == RunState::running);
  CHECK(taken[0].attempt == 2);
  CHECK(taken[0].owner == next.holder);
  CHECK(taken[0].owner_name == "host 1");
  CHECK(taken[0].created_at == office.clock.now());
}

TEST_CASE_TEMPLATE("two who claim the same ticks get each of them once", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  std::vector<std::string> names;
  std::vector<Decision> decisions;
  std::vector<JobState> watermarks;
  for (int i = 0; i < 40; ++i) {
    names.push_back("job " + std::to_string(i));
    decisions.push_back({.job = names.back(), .tick = tick(1), .overlap = Overlap::allow});
    watermarks.push_back(job(names.back(), "* * * * *", minute(1)));
  }
  office.adopt(leader, names);
  std::vector<Claimed> claimed(2);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : claimed) {
      threads.emplace_back([&] { mine = office.ledger.claim(leader, decisions, watermarks); });
    }
  }
  CHECK(claimed[0].started.size() + claimed[1].started.size() == 40);
  CHECK(office.value(kTicks) == "40");
  CHECK(office.value("SELECT CAST(count(DISTINCT job) AS TEXT) FROM cron_runs") == "40");
  CHECK(office.value(kRuns) == "40");
}

TEST_CASE_TEMPLATE("a leadership that has passed on writes nothing", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto old = office.lead();
  office.adopt(old, {"a"});
  const auto asked = office.ledger.trigger({.job = "a", .origin = Origin::trigger});
  const auto leader = office.lead();
  CHECK(code_of([&] { office.claim(old, "a", 1); }) == ErrorCode::stale);
  CHECK(code_of([&] { office.ledger.adopt(old, {}, false); }) == ErrorCode::stale);
  CHECK(code_of([&] { office.ledger.take_over(old, {}); }) == ErrorCode::stale);
  CHECK(code_of([&] { office.ledger.begin(old, asked.id, Overlap::skip); }) == ErrorCode::stale);
  CHECK(office.value(kTicks) == "0");
  CHECK(find(office.ledger.jobs(), "a").watermark == minute(0));
  CHECK(find(office.ledger.jobs(), "a").schedule == "* * * * *");
  CHECK(office.state_of(asked.id) == "queued");

  office.lease(leader.holder)->resign(leader.epoch);
  CHECK(code_of([&] { office.claim(leader, "a", 1); }) == ErrorCode::stale);
  // An earlier term of the same holder.
  const auto again = office.lease(leader.holder)->acquire();
  REQUIRE(again);
  CHECK(code_of([&] { office.claim(leader, "a", 1); }) == ErrorCode::stale);
  CHECK(office.claim({leader.holder, again->epoch}, "b", 1).started.size() == 1);
}

TEST_CASE_TEMPLATE("a job begins at now when it is new, changed or back in use", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  const auto adopt = [&](std::vector<JobState> jobs, bool keep = false) {
    return office.ledger.adopt(leader, jobs, keep);
  };
  const auto start = office.clock.now();
  auto jobs = adopt({job("a", "* * * * *"), job("b", "0 * * * *")});
  CHECK(jobs.size() == 2);
  CHECK(find(jobs, "a").watermark == start);

  office.clock.advance(1h);
  jobs = adopt({job("a", "* * * * *"), job("b", "5 * * * *")});
  CHECK(find(jobs, "a").watermark == start);
  CHECK(find(jobs, "b").watermark == start + 1h);
  CHECK(find(jobs, "b").schedule == "5 * * * *");

  office.clock.advance(1h);
  jobs = adopt({job("b", "6 * * * *")}, true);
  CHECK(find(jobs, "a").schedule.empty());
  CHECK(find(jobs, "b").schedule == "6 * * * *");
  CHECK(find(jobs, "b").watermark == start + 1h);

  jobs = adopt({job("a", "* * * * *"), job("b", "6 * * * *")}, true);
  CHECK(find(jobs, "a").watermark == start + 2h);

  office.clock.advance(-1h);
  jobs = adopt({job("a", "7 * * * *")});
  CHECK(find(jobs, "a").watermark == start + 2h);
}

TEST_CASE_TEMPLATE("a watermark never goes backwards, and a tick that is there is left alone",
                   Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  REQUIRE(office.claim(leader, "a", 5).started.size() == 1);
  const auto again = office.claim(leader, "a", 5, Overlap::allow);
  CHECK(again.started.empty());
  CHECK(again.skipped == 0);
  CHECK(office.value(kRuns) == "1");
  CHECK(office.claim(leader, "a", 3, Overlap::allow).started.size() == 1);
  CHECK(find(office.ledger.jobs(), "a").watermark == minute(5));
}

TEST_CASE_TEMPLATE("a skipped tick keeps its reason", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  const std::vector<Decision> decisions{
      {.job = "a", .tick = tick(1), .skip_reason = "superseded"},
      {.job = "a", .tick = tick(2), .skip_reason = "too_old"},
      {.job = "a", .tick = tick(3)},
      {.job = "a", .tick = tick(3)},
  };
  const auto claimed = office.ledger.claim(leader, decisions, {});
  CHECK(claimed.skipped == 2);
  CHECK(claimed.started.size() == 1);
  CHECK(office.outcome_of("a", 1) == "superseded");
  CHECK(office.outcome_of("a", 2) == "too_old");
  CHECK(office.outcome_of("a", 3) == "run");
  CHECK(find(office.ledger.jobs(), "a").watermark == minute(0));
}

TEST_CASE_TEMPLATE("a tick meets a live run as its job's overlap says", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"scheduled", "by hand"});
  const auto scheduled = office.claim(leader, "scheduled", 1).started.at(0).id;
  const auto by_hand = office.exec("by hand").id;
  for (const auto& [name, alive] : {std::pair{"scheduled", scheduled}, {"by hand", by_hand}}) {
    CAPTURE(name);
    const auto skipped = office.claim(leader, name, 2, Overlap::skip);
    CHECK(skipped.skipped == 1);
    CHECK(skipped.started.empty());
    CHECK(office.outcome_of(name, 2) == "overlap");

    const auto allowed = office.claim(leader, name, 3, Overlap::allow);
    CHECK(allowed.started.size() == 1);

    const auto queued = office.claim(leader, name, 4, Overlap::queue);
    REQUIRE(queued.queued.size() == 1);
    CHECK(queued.started.empty());
    CHECK(queued.queued[0].state == RunState::queued);
    CHECK(queued.queued[0].attempt == 0);
    CHECK(office.state_of(queued.queued[0].id) == "queued");

    const auto replacing = office.claim(leader, name, 5, Overlap::replace);
    CHECK(replacing.started.size() == 1);
    CHECK(replacing.replaced == std::vector{alive, allowed.started[0].id, queued.queued[0].id});
    CHECK(office.state_of(alive) == "cancelled");
    CHECK(office.state_of(queued.queued[0].id) == "cancelled");
    CHECK(office.value("SELECT error FROM cron_runs WHERE id = '" + to_string(alive) + "'") ==
          "replaced by a newer run");
    CHECK(office.state_of(replacing.started[0].id) == "running");
  }
}

TEST_CASE_TEMPLATE("ticks of one claim meet each other as they meet a live run", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"skip", "queue", "replace", "allow"});
  std::vector<Decision> decisions;
  for (const auto& [name, overlap] : {std::pair{"skip", Overlap::skip},
                                      {"queue", Overlap::queue},
                                      {"replace", Overlap::replace},
                                      {"allow", Overlap::allow}}) {
    for (int at = 1; at <= 2; ++at) {
      decisions.push_back({.job = name, .tick = tick(at), .overlap = overlap});
    }
  }
  const auto claimed = office.ledger.claim(leader, decisions, {});
  CHECK(claimed.replaced.empty());
  CHECK(claimed.skipped == 2);
  REQUIRE(claimed.queued.size() == 1);
  CHECK(claimed.queued[0].tick == tick(2));
  CHECK(claimed.started.size() == 5);
  CHECK(office.outcome_of("skip", 1) == "run");
  CHECK(office.outcome_of("skip", 2) == "overlap");
  CHECK(office.outcome_of("replace", 1) == "overlap");
  CHECK(office.outcome_of("replace", 2) == "run");
  CHECK(office.value(kRuns) == "6");
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM cron_ticks WHERE "
                     "(run_id IS NULL) <> (outcome = 'skipped')") == "0");
}

TEST_CASE_TEMPLATE("a run by hand and a tick at the same moment: one of them runs", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  for (int at = 1; at <= 10; ++at) {
    std::size_t begun = 0;
    std::optional<ErrorCode> refused;
    {
      std::jthread by_hand([&] { refused = code_of([&] { office.exec("a"); }); });
      begun = office.claim(leader, "a", at).started.size();
    }
    CHECK(begun == (refused ? 1 : 0));
    CHECK(refused.value_or(ErrorCode::locked) == ErrorCode::locked);
    CHECK(office.outcome_of("a", at) == (refused ? "run" : "overlap"));
    execute(office.url(), {"UPDATE cron_runs SET state = 'succeeded'"});
  }
}

TEST_CASE_TEMPLATE("a thousand ticks are claimed at once", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  std::vector<std::string> names;
  std::vector<Decision> decisions;
  std::vector<JobState> watermarks;
  for (int i = 0; i < 1001; ++i) {
    names.push_back("job " + std::to_string(i));
    decisions.push_back({.job = names.back(), .tick = tick(1)});
    watermarks.push_back(job(names.back(), "* * * * *", minute(1)));
  }
  office.adopt(leader, names);
  CHECK(office.ledger.claim(leader, decisions, watermarks).started.size() == 1001);
  const auto twice = office.ledger.claim(leader, decisions, watermarks);
  CHECK(twice.started.empty());
  CHECK(office.value(kRuns) == "1001");
  for (auto& decision : decisions) decision.tick = tick(2);
  CHECK(office.ledger.claim(leader, decisions, watermarks).skipped == 1001);
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM cron_ticks WHERE reason = 'overlap'") ==
        "1001");
}

}  // namespace
}  // namespace notes::scheduler
