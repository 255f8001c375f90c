#include <algorithm>

#include <fmt/format.h>

#include "scheduler/history.hpp"
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

constexpr auto kRequests = "SELECT CAST(requests AS TEXT) FROM cron_leases";

template <typename Backend>
void end(Office<Backend>& office, const RunRecord& run, RunState state) {
  const std::vector<Ledger::Ending> endings{{ownership(run), {.state = state}}};
  REQUIRE(office.ledger.finish(endings).size() == 1);
}

TEST_CASE_TEMPLATE("a job runs in the foreground when no run of it is alive", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto owner = office.holder();
  const Ledger::Request request{.job = "a", .apply = true, .parameters = {{"days", "30"}}};
  const auto run = office.ledger.exec(request, owner, "a shell", Overlap::skip, 1min);
  CHECK(run.origin == Origin::exec);
  CHECK(run.owner == owner);
  CHECK(run.attempt == 1);
  CHECK(run.apply);
  CHECK_FALSE(run.tick);
  try {
    office.exec("a");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::locked);
    CHECK(error.what() == "job a: run " + to_string(run.id) +
                              " is running by a shell since 2026-11-21T11:30:00.123456Z; wait for "
                              "it to end, or use --force");
  }
  CHECK(office.exec("b").job == "b");
  CHECK(office.exec("a", Overlap::allow).id != run.id);
  CHECK(office.ledger.extend(ownership(run), 1min));
  end(office, run, RunState::succeeded);
  CHECK_FALSE(office.ledger.extend(ownership(run), 1min));
}

TEST_CASE_TEMPLATE("a foreground run whose process is gone does not keep the next from beginning",
                   Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto gone = office.exec("a", Overlap::skip, -1ms);
  const auto next = office.exec("a");
  CHECK(office.state_of(gone.id) == "lost");
  CHECK(office.state_of(next.id) == "running");
}

TEST_CASE_TEMPLATE("the newest run that stopped half-way is gone on with", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto resume = [&] {
    return office.ledger.resume("a", office.holder(), "another shell", Overlap::skip, 1min);
  };
  const auto stop_at = [&](std::string_view checkpoint, RunState state) {
    const auto run = office.exec("a");
    office.open.database.transact(
        [&](db::Session& session) { Ledger::checkpoint(session, ownership(run), checkpoint, {}); });
    end(office, run, state);
    office.clock.advance(1s);
    return run;
  };
  CHECK(code_of(resume) == ErrorCode::not_found);
  stop_at("row 1", RunState::failed);
  const auto wanted = stop_at("row 2", RunState::cancelled);
  stop_at("", RunState::failed);
  stop_at("row 4", RunState::succeeded);
  const auto run = resume();
  CHECK(run.id == wanted.id);
  CHECK(run.checkpoint == "row 2");
  CHECK(run.attempt == 2);
  CHECK(run.state == RunState::running);
  CHECK(run.owner_name == "another shell");
  CHECK_FALSE(run.finished_at);
  CHECK(code_of(resume) == ErrorCode::locked);
  CHECK(office.state_of(wanted.id) == "running");
}

TEST_CASE_TEMPLATE("what is asked of the leader is counted in its lease and told", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  const auto lease = office.lease(office.holder());
  CHECK(lease->look()->requests == 0);
  const auto run = office.ledger.trigger({.job = "a", .origin = Origin::trigger});
  CHECK(run.state == RunState::queued);
  CHECK(office.ledger.waiting().at(0).id == run.id);
  CHECK(lease->look()->requests == 1);
  office.ledger.pause("a", {.since = minute(1)});
  office.ledger.resume_job("a");
  office.ledger.backfill({.job = "a", .origin = Origin::backfill}, std::vector{tick(1)});
  CHECK(lease->look()->requests == 4);
  CHECK(lease->look()->step_down_epoch == 0);
  CHECK(office.ledger.ask_to_step_down());
  CHECK(lease->look()->step_down_epoch == leader.epoch);
  CHECK(lease->look()->requests == 5);
  if (Backend::kEngine == db::Engine::postgresql) CHECK(lease->listen(10s));
  office.lease(leader.holder)->resign(leader.epoch);
  CHECK_FALSE(office.ledger.ask_to_step_down());
}

TEST_CASE_TEMPLATE("a job, and all of them, are paused and resumed", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  const auto pause_of = [&](std::string_view name) {
    std::optional<Pause> found;
    for (const auto& job : office.ledger.jobs()) {
      if (job.name == name) found = job.pause;
    }
    return found;
  };
  CHECK(code_of([&] { office.ledger.pause("b", {.since = minute(1)}); }) == ErrorCode::not_found);
  CHECK_FALSE(pause_of("a"));
  office.ledger.pause("a", {.since = minute(1), .until = minute(9), .by = "kim"});
  office.ledger.pause(kAllJobs, {.since = minute(2)});
  REQUIRE(pause_of("a"));
  CHECK(pause_of("a")->since == minute(1));
  CHECK(pause_of("a")->until == minute(9));
  CHECK(pause_of("a")->by == "kim");
  REQUIRE(pause_of("*"));
  CHECK_FALSE(pause_of("*")->until);
  CHECK_FALSE(office.ledger.resume_job(kAllJobs, "kim"));
  CHECK(office.ledger.resume_job(kAllJobs));
  CHECK_FALSE(office.ledger.resume_job(kAllJobs));
  CHECK_FALSE(pause_of("*"));
  CHECK(pause_of("a"));
  CHECK_FALSE(office.ledger.resume_job("a", "ada"));
  CHECK(office.ledger.resume_job("a", "kim"));
  CHECK_FALSE(pause_of("a"));
}

TEST_CASE_TEMPLATE("backfilling runs what was skipped or never came, and leaves what ran", Backend,
                   Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  const auto ran = office.claim(leader, "a", 1).started.at(0);
  REQUIRE(office.claim(leader, "a", 2).skipped == 1);
  const std::vector ticks{tick(1), tick(2), tick(3), tick(3)};
  const Ledger::Request request{.job = "a", .origin = Origin::backfill, .apply = true};
  const auto runs = office.ledger.backfill(request, ticks);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].tick == tick(2));
  CHECK(runs[1].tick == tick(3));
  CHECK(runs[1].origin == Origin::backfill);
  CHECK(runs[1].apply);
  CHECK(office.outcome_of("a", 2) == "run");
  CHECK(office.value("SELECT CAST(run_id AS TEXT) FROM cron_ticks WHERE nominal = '" +
                     tick(1).nominal + "'") == to_string(ran.id));
  CHECK(office.ledger.backfill(request, ticks).empty());
  CHECK(office.ledger.waiting().size() == 2);
  // The schedule's own turn finds it run.
  CHECK(office.claim(leader, "a", 3, Overlap::allow).started.empty());
}

TEST_CASE_TEMPLATE("many ticks are backfilled in their order, and wait a hundred at a time",
                   Backend, Sqlite, Postgres) {
  Office<Backend> office;
  std::vector<Tick> ticks;
  for (int i = 0; i < 1200; ++i) {
    ticks.push_back({.nominal = std::to_string(10000 + i), .due_at = minute(0) + i * 1s});
  }
  CHECK(office.ledger.backfill({.job = "a", .origin = Origin::backfill}, ticks).size() == 1200);
  const auto other = office.ledger.trigger({.job = "b", .origin = Origin::trigger});
  const auto waiting = office.ledger.waiting();
  REQUIRE(waiting.size() == 101);
  CHECK(std::equal(waiting.begin(), waiting.begin() + 100, ticks.begin(),
                   [](const auto& run, const auto& tick) { return run.tick == tick; }));
  CHECK(waiting[100].id == other.id);
}

TEST_CASE_TEMPLATE("a run is found by its id's end, in either case of letters", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto* const id = "019b7000-0000-7000-8000-0000beefcafe";
  office.exec("a");
  execute(office.url(), {fmt::format("UPDATE cron_runs SET id = '{}'", id)});
  History history(office.open.database);
  CHECK(to_string(history.find("beefcafe").id) == id);
  CHECK(to_string(history.find("BeefCAFE").id) == id);
  CHECK(to_string(history.find("019B7000-0000-7000-8000-0000BEEFCAFE").id) == id);
  CHECK(code_of([&] { history.find("beefcaff"); }) == ErrorCode::not_found);
  CHECK(code_of([&] { history.find("_eefcafe"); }) == ErrorCode::usage);
}

}  // namespace
}  // namespace notes::scheduler
