#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "db/dialect.hpp"
#include "scheduler/lease.hpp"
#include "scheduler/lease_keeper.hpp"
#include "scheduler_fixture.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
using tests::code_of;
using tests::Office;
using tests::Postgres;
using tests::Sqlite;

constexpr auto kNobody = "00000000-0000-0000-0000-000000000000";

TEST_CASE_TEMPLATE("a lease is taken, renewed, given back and taken by the next", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto first = office.holder();
  const auto second = office.holder();
  const auto one = office.lease(first);
  const auto other = office.lease(second);
  CHECK_FALSE(one->look());
  const auto taken = one->acquire();
  REQUIRE(taken);
  CHECK(taken->holder == first);
  CHECK(taken->holder_name == "host 1");
  CHECK(taken->epoch == 1);
  CHECK(taken->requests == 0);
  CHECK(taken->remaining > 50s);
  CHECK(taken->remaining <= 60s);
  CHECK_FALSE(other->acquire());
  CHECK_FALSE(one->acquire());
  CHECK(other->look()->holder == first);

  const auto renewed = one->renew(1);
  REQUIRE(renewed);
  CHECK(renewed->acquired_at == taken->acquired_at);
  CHECK(renewed->renewed_at >= taken->renewed_at);
  CHECK_FALSE(one->renew(2));
  CHECK_FALSE(other->renew(1));

  other->resign(1);
  CHECK(one->renew(1));
  one->resign(1);
  CHECK_FALSE(one->renew(1));
  CHECK(to_string(other->look()->holder) == kNobody);
  CHECK(other->look()->remaining <= 0s);
  CHECK(other->acquire()->epoch == 2);
}

TEST_CASE_TEMPLATE("a lease expires by the database's clock", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto one = office.lease(office.holder(), 300ms);
  const auto other = office.lease(office.holder(), 300ms);
  const auto begin = Steady::now();
  const auto taken = one->acquire();
  REQUIRE(taken);
  std::optional<LeaderLease::State> next;
  while (!(next = other->acquire())) other->listen(5ms);
  CHECK(next->epoch == 2);
  CHECK(next->acquired_at - taken->acquired_at >= 299ms);
  CHECK(Steady::now() - begin < 5s);
  CHECK_FALSE(one->renew(1));
}

TEST_CASE_TEMPLATE("an expired lease that nobody took is renewed", Backend, Sqlite, Postgres) {
  Office<Backend> office;
  const auto lease = office.lease(office.holder(), 20ms);
  REQUIRE(lease->acquire());
  while (lease->look()->remaining > 0ms) lease->listen(5ms);
  CHECK(lease->renew(1)->remaining > 0ms);
}

TEST_CASE_TEMPLATE("over fifty hand-overs epochs only grow and nobody leads beside another",
                   Backend, Sqlite, Postgres) {
  Office<Backend> office;
  std::mutex mutex;
  std::vector<std::int64_t> epochs;
  std::atomic<int> leading = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, holder = office.holder()] {
        const auto lease = office.lease(holder);
        for (bool more = true; more;) {
          const auto state = lease->acquire();
          if (!state) {
            lease->listen(2ms);
          } else {
            most = std::max(most.load(), ++leading);
            {
              const std::lock_guard lock(mutex);
              epochs.push_back(state->epoch);
            }
            --leading;
            lease->resign(state->epoch);
          }
          const std::lock_guard lock(mutex);
          more = epochs.size() < 50;
        }
      });
    }
  }
  CHECK(epochs.size() >= 50);
  CHECK(most == 1);
  CHECK(epochs.front() == 1);
  CHECK(std::is_sorted(epochs.begin(), epochs.end()));
  CHECK(std::adjacent_find(epochs.begin(), epochs.end()) == epochs.end());
}

TEST_CASE("a resignation is heard within 100 ms") {
  Office<Postgres> office;
  const auto leader = office.lease(office.holder());
  const auto follower = office.lease(office.holder());
  REQUIRE(leader->acquire());
  follower->look();
  bool heard = false;
  Steady::time_point when;
  std::jthread waiting([&] {
    heard = follower->listen(30s);
    when = Steady::now();
  });
  const auto begin = Steady::now();
  leader->resign(1);
  waiting.join();
  CHECK(heard);
  CHECK(when - begin < 100ms);
  CHECK(follower->acquire()->epoch == 2);
}

TEST_CASE_TEMPLATE("severing ends listening, and the lease can be used again", Backend, Sqlite,
                   Postgres) {
  Office<Backend> office;
  const auto lease = office.lease(office.holder());
  REQUIRE(lease->acquire());
  const auto begin = Steady::now();
  bool heard = true;
  std::jthread waiting([&] { heard = lease->listen(60s); });
  lease->sever();
  waiting.join();
  CHECK_FALSE(heard);
  CHECK(Steady::now() - begin < 10s);
  CHECK(lease->renew(1));
}

TEST_CASE("severing ends a renewal that hangs") {
  Office<Postgres> office;
  const auto lease = office.lease(office.holder());
  REQUIRE(lease->acquire());
  const auto other =
      db::open_session(db::Url::parse(office.url()), tests::database_settings(office.url()));
  db::query(*other, "BEGIN");
  db::query(*other, "UPDATE cron_leases SET requests = 1");
  std::optional<ErrorCode> code;
  std::jthread hanging([&] { code = code_of([&] { lease->renew(1); }); });
  while (office.value("SELECT CAST(count(*) AS TEXT) FROM pg_stat_activity WHERE "
                      "datname = current_database() AND wait_event_type = 'Lock'") != "1") {
  }
  lease->sever();
  hanging.join();
  CHECK(code == ErrorCode::unreachable);
  db::query(*other, "ROLLBACK");
  CHECK(lease->renew(1));
}

TEST_CASE("a locked file ends the belief in the lease only where a lock may be another leader's") {
  Office<Sqlite> office;
  tests::Quiet quiet;
  const auto lease = office.lease(office.holder(), 1s);
  std::mutex mutex;
  std::condition_variable came;
  std::vector<std::string> ends;
  LeaseKeeper::Options options{.ttl = 1s, .renewal = 20ms, .look = 20ms};
  options.lost = [&](std::int64_t epoch, const std::string&) {
    const std::lock_guard lock(mutex);
    ends.push_back(std::to_string(epoch));
    came.notify_all();
  };
  const auto lock_the_file = [&] {
    auto writer =
        db::open_session(db::Url::parse(office.url()), tests::database_settings(office.url()));
    writer->dialect().begin(*writer, 1min);
    return writer;
  };
  SUBCASE("nobody else can write") {
    options.lock_keeps_lease = true;
    LeaseKeeper keeper(*lease, quiet.logger, options);
    while (!keeper.term()) std::this_thread::yield();
    const auto writer = lock_the_file();
    const auto until = BootClock::now() + 2500ms;  // much longer than the lease lasts
    while (BootClock::now() < until) {
      keeper.check();
      REQUIRE(keeper.term() == 1);
      std::this_thread::yield();
    }
    CHECK(ends.empty());
  }
  SUBCASE("somebody may") {
    LeaseKeeper keeper(*lease, quiet.logger, options);
    while (!keeper.term()) std::this_thread::yield();
    const auto writer = lock_the_file();
    std::unique_lock lock(mutex);
    REQUIRE(came.wait_for(lock, 20s, [&] { return !ends.empty(); }));
    CHECK(ends == std::vector<std::string>{"1"});
    CHECK_FALSE(keeper.term());
  }
}

TEST_CASE("a renewal is one statement outside any transaction") {
  Office<Postgres> office;
  const auto lease = office.lease(office.holder());
  REQUIRE(lease->acquire());
  const auto writer = "SELECT CAST(xmin AS TEXT) FROM cron_leases";
  const auto before = std::stoll(office.value(writer));
  for (int i = 0; i < 5; ++i) REQUIRE(lease->renew(1));
  // Each took one transaction number, and no COMMIT came behind.
  CHECK(std::stoll(office.value(writer)) - before == 5);
  CHECK(office.value("SELECT CAST(count(*) AS TEXT) FROM pg_stat_activity WHERE "
                     "datname = current_database() AND state = 'idle' AND "
                     "query LIKE 'UPDATE cron_leases SET renewed_at%'") == "1");
}

TEST_CASE("a lease without its table says that the schema is missing") {
  tests::OpenDatabase<Sqlite> open;
  const auto url = open.backend.url();
  LeaderLease lease(db::Url::parse(url), tests::database_settings(url), "scheduler", HolderId(),
                    "host 1", 1s);
  CHECK(code_of([&] { lease.look(); }) == ErrorCode::pending);
}

}  // namespace
}  // namespace notes::scheduler
