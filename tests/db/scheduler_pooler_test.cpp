#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include "e2e/pooler.hpp"
#include "scheduler_fixture.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using tests::code_of;
using tests::minute;
using tests::Office;
using tests::ownership;
using tests::Pooler;
using tests::Postgres;
using tests::tick;

/// The tables of an office behind a transaction pooler, which lends a server's session for a
/// transaction only.
struct Branch {
  std::unique_ptr<LeaderLease> lease(HolderId holder) {
    return std::make_unique<LeaderLease>(db::Url::parse(url), tests::database_settings(url),
                                         std::string(kSchedulerLease), holder, "host 2", 1min);
  }

  Office<Postgres> office;
  Pooler pooler{office.url()};
  const std::string url = pooler.url() + "?prepared_statements=false";
  db::Database database{tests::database_settings(url), office.open.quiet.logger,
                        office.open.quiet.metrics};
  Ledger ledger{database, office.clock};
};

TEST_CASE("leadership passes on through a transaction pooler") {
  Branch branch;
  std::mutex mutex;
  std::vector<std::int64_t> epochs;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, holder = branch.office.holder()] {
        const auto lease = branch.lease(holder);
        for (bool more = true; more;) {
          const auto state = lease->acquire();
          if (!state) {
            lease->listen(2ms);
          } else if (lease->renew(state->epoch)) {
            const std::lock_guard lock(mutex);
            epochs.push_back(state->epoch);
          }
          if (state) lease->resign(state->epoch);
          const std::lock_guard lock(mutex);
          more = epochs.size() < 50;
        }
      });
    }
  }
  CHECK(epochs.size() >= 50);
  CHECK(std::is_sorted(epochs.begin(), epochs.end()));
  CHECK(std::adjacent_find(epochs.begin(), epochs.end()) == epochs.end());
}

TEST_CASE("ticks are claimed, worked on and taken over through a transaction pooler") {
  Branch branch;
  const auto holder = branch.office.holder();
  const auto lease = branch.lease(holder);
  const auto state = lease->acquire();
  REQUIRE(state);
  CHECK_FALSE(lease->listen(1ms));
  const Leadership leader{holder, state->epoch};
  branch.ledger.adopt(leader, {{"a", "* * * * *", minute(0)}}, false);
  const Decision decision{.job = "a", .tick = tick(1)};
  const auto run = branch.ledger.claim(leader, {&decision, 1}, {}).started.at(0);
  branch.database.transact(
      [&](db::Session& session) {
        Ledger::checkpoint(session, ownership(run), "row 7", {{"seen", 7}});
      },
      {.idle_limit = 5s});
  CHECK(branch.ledger.trigger({.job = "a", .origin = Origin::trigger}).state == RunState::queued);
  CHECK(lease->renew(state->epoch)->requests == 1);

  const auto next = branch.office.lead();
  const auto taken = branch.ledger.take_over(next, {});
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].checkpoint == "row 7");
  CHECK(code_of([&] { branch.ledger.claim(leader, {&decision, 1}, {}); }) == ErrorCode::stale);
  const std::vector<Ledger::Ending> endings{{ownership(run), {}}, {ownership(taken[0]), {}}};
  CHECK(branch.ledger.finish(endings) == std::vector{run.id});
  // The limit was the transaction's: what the pooler lends to others has none.
  CHECK(branch.database.read([](db::Session& session) {
    return db::query(session, "SHOW idle_in_transaction_session_timeout").at(0).at(0).value_or("");
  }) == "0");
}

}  // namespace
}  // namespace notes::scheduler
