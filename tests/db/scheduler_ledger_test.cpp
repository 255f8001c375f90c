#include "scheduler/ledger.hpp"
#include "scheduler_fixture.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using tests::code_of;
using tests::Office;
using tests::Postgres;
using tests::Sqlite;

Timestamp at(std::string_view text) { return *Timestamp::parse(text); }

Tick tick(std::string_view minute) {
  return {.nominal = "2026-11-21T11:" + std::string(minute) + ":00[UTC]",
          .fold = 0,
          .due_at = at("2026-11-21T11:" + std::string(minute) + ":00Z")};
}

JobState job(std::string name, std::string_view watermark = "2026-11-21T11:00:00Z") {
  return {.name = std::move(name), .schedule = "* * * * *", .watermark = at(watermark)};
}

Ownership ownership(const RunRecord& run) { return {run.id, *run.owner, run.attempt}; }

TEST_CASE_TEMPLATE("a claimed tick is a running run of the leader's", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.ledger.adopt(leader, {job("a")}, false);
  const Decision decision{.job = "a",
                          .tick = tick("31"),
                          .apply = true,
                          .parameters = {{"older_than", "30d"}, {"who", "김 \"x\""}}};
  const auto claimed =
      office.ledger.claim(leader, {&decision, 1}, std::vector{job("a", "2026-11-21T11:31:00Z")});
  REQUIRE(claimed.started.size() == 1);
  const auto& run = claimed.started.front();
  CHECK(run.job == "a");
  CHECK(run.attempt == 1);
  CHECK(run.owner == leader.holder);
  CHECK(office.value("SELECT run_id FROM cron_ticks WHERE outcome = 'run'") == to_string(run.id));
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM cron_runs WHERE state = 'running'") ==
        "1");
  CHECK(office.ledger.jobs().at(0).watermark == at("2026-11-21T11:31:00Z"));

  office.open.database.transact([&](db::Session& session) {
    Ledger::checkpoint(session, ownership(run), "row 7", {{"deleted", 7}});
  });
  const std::vector<Ledger::Ending> endings{{ownership(run), {.state = RunState::succeeded}}};
  CHECK(office.ledger.finish(endings) == std::vector{run.id});
  CHECK(office.ledger.finish(endings).empty());
  CHECK(code_of([&] {
          office.open.database.transact([&](db::Session& session) {
            Ledger::checkpoint(session, ownership(run), "row 8", {});
          });
        }) == ErrorCode::stale);
}

}  // namespace
}  // namespace notes::scheduler
