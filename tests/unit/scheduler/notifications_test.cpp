#include "scheduler/notifications.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace notes;
using namespace notes::scheduler;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

/// Keeps what it is to deliver.
class KeptMessages final : public notify::Notifier {
 public:
  void deliver(notify::Message message) override {
    texts.push_back(message.title + ": " + message.body);
  }
  void ping(const config::Secret& url) override {
    if (!url.empty()) pings.push_back(url.reveal());
  }
  bool flush(std::chrono::milliseconds /*longest*/) override { return true; }

  Texts texts;
  Texts pings;
};

JobDefinition purge() {
  JobDefinition job{.name = "purge-trash", .work = BuiltinWork{"purge-trash"}};
  job.ping = {config::Secret("start"), config::Secret("success"), config::Secret("failure")};
  job.expect_within = 26h;
  return job;
}

RunRecord second_attempt() {
  RunRecord run;
  run.id = *RunId::parse("019b7000-0000-7000-8000-000000000001");
  run.job = "purge-trash";
  run.attempt = 2;
  run.owner_name = "host:17";
  run.tick = Tick{"2026-01-02T03:15:00[UTC]", 0, *Timestamp::parse("2026-01-02T03:15:00Z")};
  return run;
}

struct Told {
  explicit Told(NotifySettings settings = {}) : notifications(kept, std::move(settings)) {}

  void end(RunState state, std::optional<RunState> before) {
    notifications.run_ended(purge(), second_attempt(), {.state = state, .error = "disk full"},
                            before);
  }

  KeptMessages kept;
  Notifications notifications;
};

constexpr const char* kWhere =
    "due 2026-01-02T03:15:00.000000Z, attempt 2 on host:17; see: notes-cron logs "
    "019b7000-0000-7000-8000-000000000001";

}  // namespace

TEST_CASE("an incident is one message, and its end another") {
  Told told;
  told.end(RunState::failed, RunState::succeeded);
  told.end(RunState::failed, RunState::failed);
  told.end(RunState::succeeded, RunState::failed);
  told.end(RunState::succeeded, RunState::succeeded);
  CHECK(told.kept.texts == Texts{std::string("purge-trash failed: disk full\n") + kWhere,
                                 std::string("purge-trash succeeded again: ") + kWhere});
  CHECK(told.kept.pings == Texts{"failure", "failure", "success", "success"});
}

TEST_CASE("the very first run may be an incident, and a lost run is one") {
  Told told;
  told.end(RunState::failed, std::nullopt);
  told.end(RunState::lost, RunState::succeeded);
  CHECK(told.kept.texts == Texts{std::string("purge-trash failed: disk full\n") + kWhere,
                                 std::string("purge-trash was lost: disk full\n") + kWhere});
}

TEST_CASE("what was cancelled or skipped is nobody's news") {
  Told told;
  told.end(RunState::cancelled, RunState::failed);
  told.end(RunState::skipped, RunState::succeeded);
  CHECK(told.kept.texts.empty());
  CHECK(told.kept.pings.empty());
}

TEST_CASE("a start is pinged, an overdue job and a held clock are told of") {
  Told told;
  told.notifications.run_started(purge(), second_attempt(), 0us);
  told.notifications.run_missed(purge(), *Timestamp::parse("2026-01-01T03:15:00Z"));
  told.notifications.clock_held(3h);
  CHECK(told.kept.pings == Texts{"start"});
  CHECK(told.kept.texts ==
        Texts{"purge-trash is overdue: no success since 2026-01-01T03:15:00.000000Z; one is "
              "expected within 1d2h",
              "no job runs: the clock has jumped: the machine's clock went ahead by 3h at once; "
              "jobs go on when it is confirmed, or after: notes-cron resume --all"});
}

TEST_CASE("what is not wanted is not told, and pings go on") {
  Told told({.webhook_url = {}, .on_failure = false, .on_recovery = false, .on_missed = false});
  told.end(RunState::failed, RunState::succeeded);
  told.end(RunState::succeeded, RunState::failed);
  told.notifications.run_missed(purge(), {});
  told.notifications.clock_held(3h);
  CHECK(told.kept.texts.empty());
  CHECK(told.kept.pings == Texts{"failure", "success"});
}
