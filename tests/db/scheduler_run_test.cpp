#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "db/dialect.hpp"
#include "scheduler/foreground.hpp"
#include "scheduler/run.hpp"
#include "scheduler/sql_work.hpp"
#include "scheduler_fixture.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using tests::code_of;
using tests::execute;
using tests::Office;
using tests::ownership;
using tests::Postgres;
using tests::Sqlite;

constexpr auto kAudit = "CREATE TABLE audit (n INTEGER)";
constexpr auto kAudited = "SELECT CAST(count(*) AS TEXT) FROM audit";

/// A run of a claimed tick, as its job holds it.
template <typename Backend>
struct Claimed {
  explicit Claimed(Office<Backend>& given) : office(given) {
    execute(office.url(), {kAudit});
    const auto leader = office.lead();
    office.adopt(leader, {"a"});
    const auto record = office.claim(leader, "a", 1).started.at(0);
    run = std::make_unique<Run>(
        Run::Tools{office.open.database, office.clock, office.open.quiet.logger, observer}, record,
        ownership(record), stop.get_token());
  }
  void chunk(const std::string& checkpoint) {
    run->chunk([&](db::Session& session) {
      db::query(session, "INSERT INTO audit VALUES (1)");
      return Chunk{.checkpoint = checkpoint, .counted = {{"rows", 2}}};
    });
  }

  Office<Backend>& office;
  RunObserver observer;
  std::stop_source stop;
  std::unique_ptr<Run> run;
};

TEST_CASE_TEMPLATE("a chunk, its checkpoint and its counters are one", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  Claimed<Backend> claimed(office);
  claimed.chunk("one");
  claimed.chunk("two");
  CHECK(claimed.run->checkpoint() == "two");
  CHECK(claimed.run->counters() == Counters{{"rows", 4}});
  CHECK(claimed.run->reference_time() == tests::minute(1));
  const auto broken = [&] {
    claimed.run->chunk([](db::Session& session) {
      db::query(session, "INSERT INTO audit VALUES (1)");
      throw Error(ErrorCode::conflict, "half-way");
      return Chunk{.checkpoint = "three"};
    });
  };
  CHECK(code_of(broken) == ErrorCode::conflict);
  CHECK(claimed.run->checkpoint() == "two");
  CHECK(office.value("SELECT checkpoint || counters FROM cron_runs") == "two{\"rows\":4}");
  CHECK(office.value(kAudited) == "2");
}

TEST_CASE_TEMPLATE("a run that is not ours any more, or is to stop, writes nothing", Backend,
                   Sqlite, Postgres) {
  Office<Backend> office;
  Claimed<Backend> claimed(office);
  SUBCASE("taken over") {
    office.ledger.take_over(office.lead(), {});
    CHECK(code_of([&] { claimed.chunk("one"); }) == ErrorCode::stale);
  }
  SUBCASE("stopped") {
    claimed.stop.request_stop();
    CHECK(code_of([&] { claimed.chunk("one"); }) == ErrorCode::interrupted);
  }
  CHECK(claimed.run->checkpoint() == "");
  CHECK(office.value(kAudited) == "0");
}

TEST_CASE_TEMPLATE("an interrupt ends the statement that a run is in", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  Claimed<Backend> claimed(office);
  std::atomic<bool> inside = false;
  std::atomic<bool> over = false;
  std::jthread other([&] {
    while (!inside) std::this_thread::yield();
    // Again and again, as it may come before the statement does.
    while (!over) claimed.run->interrupt();
  });
  const auto endless = [&] {
    claimed.run->chunk([&](db::Session& session) {
      inside = true;
      session.dialect().execute_raw(
          session,
          "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n FROM c) SELECT count(*) FROM c");
      return Chunk{};
    });
  };
  const auto code = code_of(endless);
  over = true;
  CHECK(code == ErrorCode::statement_failed);
}

template <typename Backend>
ForegroundResult run_now(Office<Backend>& office, JobDefinition job,
                         std::vector<BuiltinJob> builtins, bool resume = false,
                         const std::stop_token& stop = {}) {
  RunObserver observer;
  const config::Variables variables;
  return run_in_foreground(
      {.run = {office.open.database, office.clock, office.open.quiet.logger, observer},
       .ledger = office.ledger,
       .builtins = builtins,
       .variables = variables},
      {.job = std::move(job), .apply = true, .resume = resume, .owner_name = "a shell"}, stop);
}

TEST_CASE_TEMPLATE("a job in the foreground ends as it went, and goes on where it stopped", Backend,
                   Sqlite, Postgres) {
  Office<Backend> office;
  execute(office.url(), {kAudit});
  std::atomic<bool> works = false;
  const BuiltinJob three{
      .name = "three", .summary = "", .run = [&](Run& run) {
        for (int n = run.checkpoint().empty() ? 0 : std::stoi(run.checkpoint()); n < 3; ++n) {
          if (n == 2 && !works) throw Error(ErrorCode::conflict, "not now");
          run.chunk([&](db::Session& session) {
            db::query(session, "INSERT INTO audit VALUES (1)");
            return Chunk{.checkpoint = std::to_string(n + 1), .counted = {{"rows", 1}}};
          });
        }
        run.print("done");
      }};
  const JobDefinition job{.name = "three", .work = BuiltinWork{"three"}, .retries = 5};
  const auto failed = run_now(office, job, {three});
  REQUIRE(failed.outcome);
  CHECK(failed.outcome->state == RunState::failed);
  CHECK(failed.outcome->error == "not now");
  CHECK(office.state_of(failed.run.id) == "failed");
  works = true;
  const auto resumed = run_now(office, job, {three}, true);
  CHECK(resumed.run.id == failed.run.id);
  REQUIRE(resumed.outcome);
  CHECK(resumed.outcome->state == RunState::succeeded);
  CHECK(office.value("SELECT state || output || counters FROM cron_runs") ==
        "succeededdone{\"rows\":3}");
  CHECK(office.value(kAudited) == "3");
}

TEST_CASE_TEMPLATE("what is stopped in the foreground ends as cancelled", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  std::stop_source person;
  const BuiltinJob waits{.name = "waits", .summary = "", .run = [&](Run& run) {
                           person.request_stop();
                           while (!run.stop().stop_requested()) std::this_thread::yield();
                           run.chunk([](db::Session&) { return Chunk{}; });
                         }};
  const auto result = run_now(office, {.name = "waits", .work = BuiltinWork{"waits"}}, {waits},
                              false, person.get_token());
  REQUIRE(result.outcome);
  CHECK(result.outcome->state == RunState::cancelled);
  CHECK(office.state_of(result.run.id) == "cancelled");
}

TEST_CASE_TEMPLATE("what is stopped before it begins ends as cancelled", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  std::stop_source person;
  person.request_stop();
  const BuiltinJob stops{.name = "stops", .summary = "", .run = [](Run& run) {
                           while (!run.stop().stop_requested()) std::this_thread::yield();
                           run.chunk([](db::Session&) { return Chunk{}; });
                         }};
  // Now and then the job's thread is first.
  for (int i = 0; i < 30; ++i) {
    const auto result = run_now(office, {.name = "stops", .work = BuiltinWork{"stops"}}, {stops},
                                false, person.get_token());
    REQUIRE(result.outcome);
    CHECK(result.outcome->state == RunState::cancelled);
    CHECK(office.state_of(result.run.id) == "cancelled");
  }
}

TEST_CASE_TEMPLATE("SQL that cannot be one transaction with its record is refused, with its place",
                   Backend, Sqlite, Postgres) {
  tests::TemporaryDirectory directory;
  const auto told = [&](std::string_view text) -> std::string {
    const auto file = directory.write("job.sql", text);
    try {
      read_sql_work({file}, Backend::kEngine);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      return std::string(error.what()).substr(file.string().size());
    }
    return "accepted";
  };
  CHECK(told("SELECT 1; DELETE FROM notes") == "accepted");
  CHECK(told("SELECT 1;\n  COMMIT;").starts_with(":2:3: COMMIT: "));
  CHECK(told("-- nothing") == ": there is no SQL in it");
  CHECK(told("SELECT 1;\nVACUUM").starts_with(":2:1: VACUUM: "));
  CHECK_THROWS_AS(read_sql_work({directory.path() / "none.sql"}, Backend::kEngine), Error);
}

TEST_CASE("a parameter that no statement could read is refused") {
  CHECK_NOTHROW(check_sql_parameters({{"older_than", "30d"}, {"_x9", ""}}));
  for (const auto* name : {"older-than", "9x", "", "a.b", "naïve"}) {
    CAPTURE(name);
    CHECK(code_of([&] { check_sql_parameters({{name, "1"}}); }) == ErrorCode::usage);
  }
}

}  // namespace
}  // namespace notes::scheduler
