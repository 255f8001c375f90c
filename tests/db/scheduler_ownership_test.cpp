#include <thread>

#include "db/dialect.hpp"
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

constexpr auto kAudit = "CREATE TABLE audit (n INTEGER)";
constexpr auto kAudited = "SELECT CAST(count(*) AS TEXT) FROM audit";

/// A chunk of work that leaves a row beside its checkpoint.
template <typename Backend>
void chunk(Office<Backend>& office, const Ownership& mine, std::string_view checkpoint,
           const Counters& counters = {}) {
  office.open.database.transact([&](db::Session& session) {
    db::query(session, "INSERT INTO audit VALUES (1)");
    Ledger::checkpoint(session, mine, checkpoint, counters);
  });
}

TEST_CASE_TEMPLATE(
    "a run that was taken over goes on where it was, and the old owner writes nothing", Backend,
    Sqlite, Postgres) {
  Office<Backend> office;
  execute(office.url(), {kAudit});
  const auto old = office.lead();
  office.adopt(old, {"a"});
  const auto run = office.claim(old, "a", 1).started.at(0);
  chunk(office, ownership(run), "row 500", {{"deleted", 500}});
  CHECK(office.ledger.take_over(old, {}).empty());

  const auto leader = office.lead();
  const auto taken = office.ledger.take_over(leader, {"b"});
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].id == run.id);
  CHECK(taken[0].attempt == 2);
  CHECK(taken[0].checkpoint == "row 500");
  CHECK(taken[0].counters == Counters{{"deleted", 500}});
  CHECK(office.ledger.take_over(leader, {}).empty());

  CHECK(code_of([&] { chunk(office, ownership(run), "row 1000"); }) == ErrorCode::stale);
  CHECK(code_of([&] {
          office.open.database.transact([&](db::Session& session) {
            db::query(session, "INSERT INTO audit VALUES (1)");
            office.ledger.finish_in(session, ownership(run), {});
          });
        }) == ErrorCode::stale);
  const std::vector<Ledger::Ending> late{{ownership(run), {}}};
  CHECK(office.ledger.finish(late).empty());
  CHECK(office.value(kAudited) == "1");
  CHECK(office.state_of(run.id) == "running");

  chunk(office, ownership(taken[0]), "row 1000", {{"deleted", 1000}});
  CHECK(office.value(kAudited) == "2");
  CHECK(office.value("SELECT checkpoint FROM cron_runs") == "row 1000");
}

TEST_CASE_TEMPLATE("what must not run twice is lost with its leader", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto old = office.lead();
  office.adopt(old, {"once", "often"});
  const auto once = office.claim(old, "once", 1).started.at(0);
  const auto often = office.claim(old, "often", 1).started.at(0);
  const auto leader = office.lead();
  const auto found = office.ledger.take_over(leader, {"once"});
  REQUIRE(found.size() == 2);
  CHECK(found[0].id == often.id);
  CHECK(found[0].state == RunState::running);
  CHECK(found[1].id == once.id);
  CHECK(found[1].state == RunState::lost);
  CHECK(found[1].attempt == 1);
  CHECK(found[1].error == "whoever ran it is gone, and it must not be run a second time");
  CHECK(found[1].finished_at == office.clock.now());
  CHECK(office.state_of(once.id) == "lost");
}

TEST_CASE_TEMPLATE("a foreground run whose process is gone is lost, one that is heard from is not",
                   Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  const auto gone = office.exec("a", Overlap::skip, 1ms);
  const auto alive = office.exec("b", Overlap::skip, 1ms);
  CHECK(office.ledger.extend(ownership(alive), 1min));
  std::vector<RunRecord> found;
  while (found.empty()) found = office.ledger.take_over(leader, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].id == gone.id);
  CHECK(found[0].state == RunState::lost);
  CHECK_FALSE(office.ledger.extend(ownership(gone), 1min));
  CHECK(office.state_of(alive.id) == "running");
}

TEST_CASE("a run whose row a stopped owner holds is left, until the server ends its transaction") {
  Office<Postgres> office;
  const auto old = office.lead();
  office.adopt(old, {"a"});
  const auto run = office.claim(old, "a", 1).started.at(0);
  const auto session =
      db::open_session(db::Url::parse(office.url()), tests::database_settings(office.url()));
  session->dialect().begin(*session, 500ms);
  Ledger::checkpoint(*session, ownership(run), "row 500", {});

  const auto leader = office.lead();
  CHECK(office.ledger.take_over(leader, {}).empty());
  std::vector<RunRecord> taken;
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (taken.empty() && std::chrono::steady_clock::now() < deadline) {
    taken = office.ledger.take_over(leader, {});
  }
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].checkpoint.empty());
  CHECK(code_of([&] { session->dialect().commit(*session); }) == ErrorCode::unreachable);
}

TEST_CASE_TEMPLATE("an attempt's ending is written with all that belongs to it", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a", "b"});
  const auto a = office.claim(leader, "a", 1).started.at(0);
  const auto b = office.claim(leader, "b", 1).started.at(0);
  office.clock.advance(10s);
  const std::vector<Ledger::Ending> endings{
      {ownership(b),
       {.state = RunState::failed,
        .error = "exit code 3",
        .exit_code = 3,
        .output = "못 찾음\n",
        .counters = {{"seen", -1}}}},
      {ownership(a), {.state = RunState::succeeded}},
  };
  CHECK(office.ledger.finish(endings) == std::vector{a.id, b.id});
  CHECK(tests::row_of(office.url(),
                      "SELECT state, error, CAST(exit_code AS TEXT), output, "
                      "counters FROM cron_runs WHERE job = 'b'") ==
        std::vector<std::string>{"failed", "exit code 3", "3", "못 찾음\n", "{\"seen\":-1}"});
  CHECK(tests::row_of(office.url(),
                      "SELECT state, error, CAST(exit_code AS TEXT), output "
                      "FROM cron_runs WHERE job = 'a'") ==
        std::vector<std::string>{"succeeded", "NULL", "NULL", "NULL"});
  CHECK(Timestamp::parse(office.value("SELECT CAST(finished_at AS TEXT) FROM cron_runs "
                                      "WHERE job = 'a'")) == office.clock.now());
  CHECK(office.ledger.finish(endings).empty());
}

TEST_CASE_TEMPLATE("a failed attempt waits for the next one", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  const auto run = office.claim(leader, "a", 1).started.at(0);
  const std::vector<Ledger::Ending> endings{
      {ownership(run),
       {.state = RunState::retrying, .error = "no route", .not_before = minute(50)}}};
  REQUIRE(office.ledger.finish(endings).size() == 1);
  const auto waiting = office.ledger.waiting();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].state == RunState::retrying);
  CHECK(waiting[0].not_before == minute(50));
  CHECK(waiting[0].error == "no route");
  CHECK_FALSE(waiting[0].finished_at);
  // It is alive: the next tick meets it.
  CHECK(office.claim(leader, "a", 2).skipped == 1);

  const auto begun = office.ledger.begin(leader, run.id, Overlap::skip);
  REQUIRE(begun);
  CHECK(begun->run.attempt == 2);
  CHECK(begun->run.state == RunState::running);
  CHECK(begun->run.owner == leader.holder);
  CHECK_FALSE(begun->run.not_before);
  CHECK(begun->replaced.empty());
  CHECK_FALSE(office.ledger.begin(leader, run.id, Overlap::allow));
  CHECK(office.ledger.waiting().empty());
}

TEST_CASE_TEMPLATE("a waiting run begins as its job's overlap says", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto leader = office.lead();
  office.adopt(leader, {"a"});
  const auto running = office.claim(leader, "a", 1).started.at(0);
  const auto first = office.ledger.trigger({.job = "a", .origin = Origin::trigger});
  const auto second = office.ledger.trigger({.job = "a", .origin = Origin::trigger});
  const auto third = office.ledger.trigger({.job = "a", .origin = Origin::trigger});
  CHECK_FALSE(office.ledger.begin(leader, first.id, Overlap::queue));
  CHECK(office.state_of(first.id) == "queued");
  const std::vector<Ledger::Ending> endings{{ownership(running), {}}};
  REQUIRE(office.ledger.finish(endings).size() == 1);

  // Who came first goes first, though nothing runs.
  CHECK_FALSE(office.ledger.begin(leader, second.id, Overlap::queue));
  const auto begun = office.ledger.begin(leader, first.id, Overlap::queue);
  REQUIRE(begun);
  CHECK(begun->run.attempt == 1);
  CHECK(begun->run.origin == Origin::trigger);

  CHECK_FALSE(office.ledger.begin(leader, second.id, Overlap::skip));
  CHECK(office.state_of(second.id) == "skipped");
  const auto replacing = office.ledger.begin(leader, third.id, Overlap::replace);
  REQUIRE(replacing);
  CHECK(replacing->replaced == std::vector{first.id});
  CHECK(office.state_of(first.id) == "cancelled");
  CHECK(office.state_of(third.id) == "running");
  CHECK_FALSE(office.ledger.begin(leader, RunId::make(office.clock.now()), Overlap::allow));
}

}  // namespace
}  // namespace notes::scheduler
