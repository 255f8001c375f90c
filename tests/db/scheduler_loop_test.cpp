#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "db/dialect.hpp"
#include "scheduler/announcer.hpp"
#include "scheduler/history.hpp"
#include "scheduler/scheduler.hpp"
#include "scheduler_fixture.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using tests::execute;
using tests::minute;
using tests::Office;
using tests::Postgres;
using tests::Sqlite;

/// Generous: what is waited for comes in milliseconds, unless the machine has much else to do.
constexpr auto kPatience = 20s;

/// Lines of what happened, for whoever waits for one.
class Events final : public Observer {
 public:
  void leadership_gained(std::int64_t epoch) override { add(fmt::format("leads {}", epoch)); }
  void leadership_ended(std::int64_t epoch, std::string_view) override {
    add(fmt::format("ended {}", epoch));
  }
  void tick_skipped(const JobDefinition& job, const Tick&, std::string_view reason) override {
    add(fmt::format("{} skipped {}", job.name, reason));
  }
  void run_started(const JobDefinition& job, const RunRecord& run,
                   std::chrono::microseconds) override {
    add(fmt::format("{} started {}", job.name, run.attempt));
  }
  void run_ended(const JobDefinition& job, const RunRecord&, const Outcome& outcome,
                 std::optional<RunState> before) override {
    add(fmt::format("{} {}{}{}", job.name, to_string(outcome.state), before ? " after " : "",
                    before ? to_string(*before) : ""));
  }
  void run_missed(const JobDefinition& job, Timestamp) override {
    add(fmt::format("{} missed", job.name));
  }
  void clock_held(std::chrono::microseconds) override { add("held"); }

  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    came_.notify_all();
  }
  std::size_t count(std::string_view line) const {
    const std::lock_guard lock(mutex_);
    return count_locked(line);
  }
  /// The line has come so many times.
  bool wait_for(std::string_view line, std::size_t times = 1) const {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, kPatience, [&] { return count_locked(line) >= times; });
  }

 private:
  std::size_t count_locked(std::string_view wanted) const {
    std::size_t found = 0;
    for (const auto& line : lines_)
      found += line == wanted || line.starts_with(fmt::format("{} after", wanted)) ? 1U : 0U;
    return found;
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<std::string> lines_;
};

/// A door that a job waits at.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait_for(lock, kPatience, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

JobDefinition job(std::string name, std::string_view expression, Work work) {
  JobDefinition made{.name = name, .work = std::move(work)};
  made.schedule = cron::Schedule::parse(expression, {.name = name});
  return made;
}

config::CronSettings settings() {
  config::CronSettings chosen;
  chosen.clock_jump_limit = 24h;  // a ManualClock only jumps
  chosen.stall_limit = 60s;
  chosen.shutdown_timeout = 10s;
  return chosen;
}

/// One process, as far as the database can tell.
template <typename Backend>
class Replica {
 public:
  Replica(Office<Backend>& office, std::vector<JobDefinition> jobs,
          std::vector<BuiltinJob> builtins, const config::CronSettings& cron = settings())
      : database_(tests::database_settings(office.url()), quiet_.logger, quiet_.metrics),
        scheduler_({database_, office.clock, quiet_.logger, quiet_.metrics, events},
                   {.database = tests::database_settings(office.url()),
                    .cron = cron,
                    .jobs = std::move(jobs),
                    .builtins = std::move(builtins),
                    .variables = {},
                    .holder_name = "replica"}),
        thread_([this](const std::stop_token& stop) { scheduler_.run(stop); }) {}

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  void ask_to_stop() { thread_.request_stop(); }
  Health health() const { return scheduler_.health(); }

  Events events;

 private:
  tests::Quiet quiet_;
  db::Database database_;
  Scheduler scheduler_;
  std::jthread thread_;
};

BuiltinJob builtin(std::string name, std::function<void(Run&)> run) {
  return {.name = std::move(name), .summary = "", .run = std::move(run)};
}

const auto kNothing = [](Run&) {};

TEST_CASE_TEMPLATE("a job runs at its time, once, and its row says how it ended", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  Replica<Backend> replica(office, {job("a", "* * * * *", BuiltinWork{"nothing"})},
                           {builtin("nothing", kNothing)});
  REQUIRE(replica.events.wait_for("leads 1"));
  REQUIRE(office.outcome_of("a", 31) == "");
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("a succeeded"));
  CHECK(office.outcome_of("a", 31) == "run");
  CHECK(office.value("SELECT state || ' ' || CAST(attempt AS TEXT) || ' ' || nominal FROM "
                     "cron_runs") == "succeeded 1 2026-11-21T11:31:00[UTC]");
  CHECK(replica.health().leader);
  CHECK(replica.health().epoch == 1);
  replica.stop();
  CHECK(replica.events.count("a started 1") == 1);
}

TEST_CASE_TEMPLATE("after an outage every tick is run or has its reason", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  auto none = job("none", "* * * * *", BuiltinWork{"nothing"});
  none.catch_up = CatchUp::none;
  auto latest = job("latest", "* * * * *", BuiltinWork{"nothing"});
  auto all = job("all", "* * * * *", BuiltinWork{"nothing"});
  all.catch_up = CatchUp::all;
  all.overlap = Overlap::allow;
  auto two = all;
  two.name = "two";
  two.max_count = 2;
  const std::vector jobs{none, latest, all, two};
  const std::vector builtins{builtin("nothing", kNothing)};
  {
    Replica<Backend> first(office, jobs, builtins);
    REQUIRE(first.events.wait_for("leads 1"));
    office.clock.advance(60s);
    for (const auto& one : jobs) REQUIRE(first.events.wait_for(one.name + " succeeded"));
    first.stop();
  }
  office.clock.advance(5min + 20s);  // to 11:36:20
  Replica<Backend> second(office, jobs, builtins);
  REQUIRE(second.events.wait_for("leads 2"));
  REQUIRE(second.events.wait_for("none skipped too_old", 5));
  REQUIRE(second.events.wait_for("latest succeeded", 1));
  REQUIRE(second.events.wait_for("all succeeded", 5));
  REQUIRE(second.events.wait_for("two succeeded", 2));
  const char* const expected[][5] = {{"none", "too_old", "too_old", "too_old", "too_old"},
                                     {"latest", "superseded", "superseded", "superseded", "run"},
                                     {"all", "run", "run", "run", "run"},
                                     {"two", "over_max_count", "over_max_count", "run", "run"}};
  for (const auto& [name, t33, t34, t35, t36] : expected) {
    CAPTURE(name);
    CHECK(office.outcome_of(name, 33) == t33);
    CHECK(office.outcome_of(name, 34) == t34);
    CHECK(office.outcome_of(name, 35) == t35);
    CHECK(office.outcome_of(name, 36) == t36);
  }
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM cron_ticks") == "24");
}

TEST_CASE_TEMPLATE("of two one leads, and hands over when it is stopped", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const std::vector jobs{job("a", "* * * * *", BuiltinWork{"nothing"})};
  const std::vector builtins{builtin("nothing", kNothing)};
  Replica<Backend> first(office, jobs, builtins);
  REQUIRE(first.events.wait_for("leads 1"));
  Replica<Backend> second(office, jobs, builtins);
  office.clock.advance(60s);
  REQUIRE(first.events.wait_for("a succeeded"));
  CHECK(second.events.count("leads 2") == 0);
  CHECK_FALSE(second.health().leader);
  const auto asked = std::chrono::steady_clock::now();
  first.ask_to_stop();
  REQUIRE(second.events.wait_for("leads 2"));
  // Far below what is left of the lease: it was told, or looked.
  CHECK(std::chrono::steady_clock::now() - asked < 1s);
  office.clock.advance(60s);
  REQUIRE(second.events.wait_for("a succeeded"));
  first.stop();
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM cron_runs") == "2");
}

TEST_CASE_TEMPLATE("a run whose leader lost the lease goes on elsewhere, and writes nothing twice",
                   Backend, Sqlite, Postgres) {
  Office<Backend> office;
  execute(office.url(), {"CREATE TABLE audit (n INTEGER)"});
  Gate gate;
  std::atomic<int> at_gate = 0;
  // Ten chunks; the first attempt waits behind the fourth, deaf to all.
  const auto ten_chunks = [&](Run& run) {
    for (int n = run.checkpoint().empty() ? 0 : std::stoi(run.checkpoint()); n < 10; ++n) {
      run.chunk([&](db::Session& session) {
        db::query(session, "INSERT INTO audit VALUES (CAST(:p0 AS INTEGER))", {std::to_string(n)});
        return Chunk{.checkpoint = std::to_string(n + 1), .counted = {{"chunks", 1}}};
      });
      if (n == 3 && run.ownership().attempt == 1) {
        ++at_gate;
        gate.pass();
      }
    }
  };
  const std::vector jobs{job("a", "31 * * * *", BuiltinWork{"ten"})};
  const std::vector builtins{builtin("ten", ten_chunks)};
  auto first = std::make_unique<Replica<Backend>>(office, jobs, builtins);
  REQUIRE(first->events.wait_for("leads 1"));
  Replica<Backend> second(office, jobs, builtins);
  office.clock.advance(60s);
  REQUIRE(first->events.wait_for("a started 1"));
  while (at_gate == 0) std::this_thread::yield();
  // Somebody else's now, whatever the first one believes.
  execute(office.url(), {"UPDATE cron_leases SET expires_at = '2000-01-01T00:00:00.000000Z', "
                         "holder = '00000000-0000-7000-8000-000000000000'"});
  REQUIRE(first->events.wait_for("ended 1"));
  const bool second_leads = second.events.wait_for("a succeeded");
  gate.open();
  CHECK((second_leads || first->events.wait_for("a succeeded")));
  first->stop();
  second.stop();
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) || ' ' || CAST(count(DISTINCT n) AS TEXT) FROM "
                     "audit") == "10 10");
  CHECK(office.value("SELECT state || ' ' || CAST(attempt AS TEXT) || ' ' || counters FROM "
                     "cron_runs") == "succeeded 2 {\"chunks\":10}");
}

TEST_CASE_TEMPLATE("a job's SQL sees its tick, and ends in one transaction with its record",
                   Backend, Sqlite, Postgres) {
  Office<Backend> office;
  execute(office.url(), {"CREATE TABLE audit (tick TEXT, region TEXT, n INTEGER)"});
  const bool postgres = Backend::kEngine == db::Engine::postgresql;
  const auto value = [&](std::string_view name) {
    return postgres ? fmt::format("current_setting('notes_cron.{}')", name)
                    : fmt::format("notes_cron('{}')", name);
  };
  tests::TemporaryDirectory directory;
  const auto good =
      directory.write("good.sql", fmt::format("INSERT INTO audit VALUES ({}, {}, 1);\nSELECT 2;",
                                              value("tick"), value("param.region")));
  const auto bad = directory.write(
      "bad.sql", "INSERT INTO audit VALUES ('lost', '', 2);\nSELECT 1 FROM missing");
  auto see = job("see", "* * * * *", SqlWork{good});
  see.parameters = {{"region", "o'clock"}};
  Replica<Backend> replica(office, {see, job("bad", "* * * * *", SqlWork{bad})}, {});
  REQUIRE(replica.events.wait_for("leads 1"));
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("see succeeded"));
  REQUIRE(replica.events.wait_for("bad failed"));
  CHECK(office.value("SELECT tick || ' ' || region || ' ' || CAST((SELECT count(*) FROM audit) AS "
                     "TEXT) FROM audit") == "2026-11-21T11:31:00[UTC] o'clock 1");
  const auto error = office.value("SELECT error FROM cron_runs WHERE job = 'bad'");
  CAPTURE(error);
  CHECK(error.starts_with(bad.string() + ":2:1: "));
}

TEST_CASE_TEMPLATE("a run ends at its timeout, in the middle of a statement too", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  tests::TemporaryDirectory directory;
  const auto endless = directory.write(
      "endless.sql",
      "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n FROM c) SELECT count(*) FROM c");
  auto sql = job("sql", "* * * * *", SqlWork{endless});
  sql.timeout = 300ms;
  auto deaf = job("slow", "* * * * *", BuiltinWork{"slow"});
  deaf.timeout = 100ms;
  Replica<Backend> replica(office, {deaf, sql}, {builtin("slow", [](Run& run) {
                             std::mutex mutex;
                             std::unique_lock lock(mutex);
                             std::condition_variable_any().wait(lock, run.stop(),
                                                                [] { return false; });
                             run.chunk([](db::Session&) { return Chunk{}; });
                           })});
  REQUIRE(replica.events.wait_for("leads 1"));
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("slow failed"));
  REQUIRE(replica.events.wait_for("sql failed"));
  CHECK(office.value("SELECT error FROM cron_runs WHERE job = 'sql'") == "timeout after 300ms");
  CHECK(office.value("SELECT error FROM cron_runs WHERE job = 'slow'") == "timeout after 100ms");
}

TEST_CASE_TEMPLATE("a failed attempt is followed by the next when its time has come", Backend,
                   Sqlite, Postgres) {
  Office<Backend> office;
  auto shaky = job("shaky", "31 * * * *", BuiltinWork{"shaky"});
  shaky.retries = 3;
  shaky.retry_delay = 10s;
  Replica<Backend> replica(office, {shaky}, {builtin("shaky", [](Run& run) {
                             run.print(fmt::format("attempt {}", run.ownership().attempt));
                             if (run.ownership().attempt < 3) {
                               throw Error(ErrorCode::unreachable, "the other side is away");
                             }
                           })});
  REQUIRE(replica.events.wait_for("leads 1"));
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("shaky started 1"));
  while (office.value("SELECT state FROM cron_runs") != "retrying") std::this_thread::yield();
  CHECK(office.value("SELECT error FROM cron_runs") == "the other side is away");
  office.clock.advance(10s);
  REQUIRE(replica.events.wait_for("shaky started 2"));
  while (office.value("SELECT state FROM cron_runs") != "retrying") std::this_thread::yield();
  office.clock.advance(20s);
  REQUIRE(replica.events.wait_for("shaky succeeded"));
  CHECK(office.value("SELECT CAST(attempt AS TEXT) || output FROM cron_runs") == "3attempt 3");
  CHECK(replica.events.count("shaky started 4") == 0);
}

TEST_CASE("a retry whose time comes while the database is busy is made when it is free") {
  Office<Sqlite> office;
  JobDefinition shaky{.name = "shaky", .work = BuiltinWork{"shaky"}};
  shaky.retries = 1;
  shaky.retry_delay = 10s;
  Replica<Sqlite> replica(office, {shaky}, {builtin("shaky", [](Run& run) {
                            if (run.ownership().attempt == 1) {
                              throw Error(ErrorCode::unreachable, "the other side is away");
                            }
                          })});
  REQUIRE(replica.events.wait_for("leads 1"));
  while (office.value("SELECT CAST(count(*) AS TEXT) FROM cron_jobs") == "0") {
    std::this_thread::yield();
  }
  office.ledger.trigger({.job = "shaky", .origin = Origin::trigger});
  while (office.value("SELECT state FROM cron_runs") != "retrying") std::this_thread::yield();
  {
    const auto writer =
        db::open_session(db::Url::parse(office.url()), tests::database_settings(office.url()));
    writer->dialect().begin(*writer, 1min);
    office.clock.advance(10s);
    // The loop's beat is half a second: it waits for the file, and then it gives up.
    while (replica.health().tick_age < 700ms) std::this_thread::yield();
    while (replica.health().tick_age > 500ms) std::this_thread::yield();
  }
  REQUIRE(replica.events.wait_for("shaky succeeded"));
}

TEST_CASE_TEMPLATE("what overlaps is skipped, waits, or replaces", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  Gate gate;
  const auto wait = [&](Run& run) {
    const std::stop_callback stopped(run.stop(), [&] { gate.open(); });
    gate.pass();
    run.chunk([](db::Session&) { return Chunk{}; });
  };
  auto definition = job("j", "* * * * *", BuiltinWork{"wait"});
  SUBCASE("skip") {
    Replica<Backend> replica(office, {definition}, {builtin("wait", wait)});
    REQUIRE(replica.events.wait_for("leads 1"));
    office.clock.advance(60s);
    REQUIRE(replica.events.wait_for("j started 1"));
    office.clock.advance(60s);
    REQUIRE(replica.events.wait_for("j skipped overlap"));
    CHECK(office.outcome_of("j", 32) == "overlap");
    gate.open();
    REQUIRE(replica.events.wait_for("j succeeded"));
  }
  SUBCASE("queue") {
    definition.overlap = Overlap::queue;
    Replica<Backend> replica(office, {definition}, {builtin("wait", wait)});
    REQUIRE(replica.events.wait_for("leads 1"));
    office.clock.advance(60s);
    REQUIRE(replica.events.wait_for("j started 1"));
    office.clock.advance(60s);
    while (office.outcome_of("j", 32) != "run") std::this_thread::yield();
    CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM cron_runs WHERE state = 'queued'") ==
          "1");
    gate.open();
    REQUIRE(replica.events.wait_for("j succeeded", 2));
  }
  SUBCASE("replace") {
    definition.overlap = Overlap::replace;
    Replica<Backend> replica(office, {definition}, {builtin("wait", wait)});
    REQUIRE(replica.events.wait_for("leads 1"));
    office.clock.advance(60s);
    REQUIRE(replica.events.wait_for("j started 1"));
    office.clock.advance(60s);
    REQUIRE(replica.events.wait_for("j cancelled"));
    REQUIRE(replica.events.wait_for("j succeeded"));
    CHECK(office.value("SELECT state FROM cron_runs ORDER BY created_at LIMIT 1") == "cancelled");
  }
}

/// Returns when the leader has heard of what was asked before: the first renewal from here on
/// brings it, and the second begins after that.
template <typename Backend>
void wait_for_two_renewals(Office<Backend>& office) {
  for (int i = 0; i < 2; ++i) {
    const auto renewed = [&] {
      return office.value("SELECT CAST(renewed_at AS TEXT) FROM cron_leases");
    };
    const auto before = renewed();
    while (renewed() == before) std::this_thread::yield();
  }
}

TEST_CASE_TEMPLATE("what a person asks for reaches the leader", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  JobDefinition by_hand{.name = "by-hand", .work = BuiltinWork{"nothing"}};
  Replica<Backend> replica(office, {by_hand, job("a", "* * * * *", BuiltinWork{"nothing"})},
                           {builtin("nothing", kNothing)});
  REQUIRE(replica.events.wait_for("leads 1"));
  while (office.value("SELECT CAST(count(*) AS TEXT) FROM cron_jobs") != "2") {
    std::this_thread::yield();
  }
  office.ledger.trigger({.job = "by-hand", .origin = Origin::trigger});
  REQUIRE(replica.events.wait_for("by-hand succeeded"));

  office.ledger.pause("a", {.since = office.clock.now(), .by = "ada"});
  wait_for_two_renewals(office);
  office.ledger.trigger({.job = "by-hand", .origin = Origin::trigger});
  REQUIRE(replica.events.wait_for("by-hand succeeded", 2));  // so the pause has been read too
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("a skipped paused"));
  CHECK(office.outcome_of("a", 31) == "paused");

  CHECK(office.ledger.ask_to_step_down());
  REQUIRE(replica.events.wait_for("ended 1"));
  REQUIRE(replica.events.wait_for("leads 2"));
}

TEST_CASE_TEMPLATE(
    "a wall clock that jumps ahead holds, and one that goes back fires nothing twice", Backend,
    Sqlite, Postgres) {
  Office<Backend> office;
  auto strict = settings();
  strict.clock_jump_limit = 3min;
  Replica<Backend> replica(office, {job("a", "* * * * *", BuiltinWork{"nothing"})},
                           {builtin("nothing", kNothing)}, strict);
  REQUIRE(replica.events.wait_for("leads 1"));
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("a succeeded"));
  office.clock.advance(-60s);
  office.clock.advance(2h);
  REQUIRE(replica.events.wait_for("held"));
  CHECK(replica.health().leader);
  while (!replica.health().held) std::this_thread::yield();
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM cron_ticks") == "1");
  SUBCASE("it comes back") {
    office.clock.advance(-2h);
    while (replica.health().held) std::this_thread::yield();
    office.clock.advance(60s);
    office.clock.advance(60s);
    REQUIRE(replica.events.wait_for("a succeeded", 2));
    CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM cron_ticks") == "2");
  }
  SUBCASE("somebody says that it is right") {
    CHECK(office.ledger.resume_job("*"));
    REQUIRE(replica.events.wait_for("a skipped superseded", 118));
    while (replica.health().held) std::this_thread::yield();
  }
  SUBCASE("somebody pauses all meanwhile, and that stays") {
    office.ledger.pause("*", {.since = tests::minute(30), .by = "ada"});
    office.clock.advance(-2h);
    while (replica.health().held) std::this_thread::yield();
    CHECK(office.value("SELECT paused_by FROM cron_jobs WHERE name = '*'") == "ada");
    office.clock.advance(60s);
    office.clock.advance(60s);
    REQUIRE(replica.events.wait_for("a skipped paused"));
  }
}

TEST_CASE_TEMPLATE("a jump of the clock leaves the pause that somebody asked for", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  auto strict = settings();
  strict.clock_jump_limit = 3min;
  office.ledger.pause("*", {.since = office.clock.now(), .by = "ada"});
  Replica<Backend> replica(office, {job("a", "* * * * *", BuiltinWork{"nothing"})},
                           {builtin("nothing", kNothing)}, strict);
  while (!replica.health().leader) std::this_thread::yield();  // it has looked at the clock once
  office.clock.advance(2h);
  REQUIRE(replica.events.wait_for("held"));
  CHECK(office.value("SELECT paused_by FROM cron_jobs WHERE name = '*'") == "ada");
  office.clock.advance(-2h);
  while (replica.health().held) std::this_thread::yield();
  CHECK(office.value("SELECT paused_by FROM cron_jobs WHERE name = '*'") == "ada");
}

TEST_CASE_TEMPLATE("what was cancelled in between is no end of an incident", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  History history(office.open.database);
  Events events;
  tests::Quiet quiet;
  Announcer announcer({history, office.clock, quiet.logger, quiet.metrics, events});
  const JobDefinition definition{.name = "j", .work = BuiltinWork{"nothing"}};
  const auto end_as = [&](RunState state) {
    const auto run = office.exec("j");
    const Ledger::Ending ending{tests::ownership(run), {.state = state}};
    office.ledger.finish({&ending, 1});
    office.clock.advance(1s);
    return Ended{.job = &definition, .run = run, .ownership = {}, .outcome = ending.outcome};
  };
  end_as(RunState::failed);
  const auto cancelled = end_as(RunState::cancelled);
  announcer.recall();
  announcer.ended(cancelled);
  announcer.ended(end_as(RunState::failed));
  CHECK(events.count("j cancelled after failed") == 1);
  CHECK(events.count("j failed after failed") == 1);
}

TEST_CASE_TEMPLATE("a job that does not succeed in time is told of once", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  auto fails = job("fails", "* * * * *", BuiltinWork{"fails"});
  fails.expect_within = 90s;
  std::atomic<bool> works = false;
  Replica<Backend> replica(office, {fails}, {builtin("fails", [&](Run&) {
                             if (!works) throw Error(ErrorCode::internal, "no");
                           })});
  REQUIRE(replica.events.wait_for("leads 1"));
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("fails failed"));
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("fails missed"));
  REQUIRE(replica.events.wait_for("fails failed after failed"));  // or it would overlap the next
  works = true;
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("fails succeeded after failed"));
  CHECK(replica.events.count("fails missed") == 1);
}

TEST_CASE("a database that drops its connections ends the term, and the run goes on in the next") {
  Office<Postgres> office;
  execute(office.url(), {"CREATE TABLE audit (n INTEGER)"});
  std::atomic<int> chunks = 0;
  const auto work = [&](Run& run) {
    for (int n = run.checkpoint().empty() ? 0 : std::stoi(run.checkpoint()); n < 5; ++n) {
      run.chunk([&](db::Session& session) {
        db::query(session, "INSERT INTO audit VALUES (CAST(:p0 AS INTEGER))", {std::to_string(n)});
        if (n == 2 && chunks++ == 0) {
          execute(office.url(),
                  {"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                   "pg_backend_pid() AND datname = current_database()"});
        }
        return Chunk{.checkpoint = std::to_string(n + 1)};
      });
    }
  };
  Replica<Postgres> replica(office, {job("a", "31 * * * *", BuiltinWork{"five"})},
                            {builtin("five", work)});
  REQUIRE(replica.events.wait_for("leads 1"));
  office.clock.advance(60s);
  REQUIRE(replica.events.wait_for("leads 2"));
  office.clock.advance(10s);  // a retry, if it was not taken over
  REQUIRE(replica.events.wait_for("a succeeded"));
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) || ' ' || CAST(count(DISTINCT n) AS TEXT) FROM "
                     "audit") == "5 5");
}

}  // namespace
}  // namespace notes::scheduler
