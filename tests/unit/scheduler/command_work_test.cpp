#include "scheduler/command_work.hpp"

#include <doctest/doctest.h>

#include "base/uuid.hpp"

using namespace notes;
using namespace notes::scheduler;

TEST_CASE("a command's environment says what it runs for, and holds no secret") {
  RunRecord run;
  run.id = *RunId::parse("019b7000-0000-7000-8000-000000000001");
  run.job = "offsite-copy";
  run.attempt = 2;
  run.apply = true;
  run.parameters = {{"older_than", "30d"}};
  run.tick =
      Tick{"2025-11-02T01:30:00[America/New_York]", 0, *Timestamp::parse("2025-11-02T05:30:00Z")};
  const config::Variables ours{{"PATH", "/bin"},
                               {"SECRET_KEY", "s"},
                               {"DATABASE_URL", "sqlite:notes.db"},
                               {"NOTES_CRON_PARAM_OUTER", "x"},
                               {"NOTES_CRON_RUN", "outer"},
                               {"NOTES_CRON_EPOCH", "6"}};
  CHECK(command_environment(ours, run, 7) ==
        config::Variables{{"PATH", "/bin"},
                          {"DATABASE_URL", "sqlite:notes.db"},
                          {"NOTES_CRON_JOB", "offsite-copy"},
                          {"NOTES_CRON_RUN", "019b7000-0000-7000-8000-000000000001"},
                          {"NOTES_CRON_ATTEMPT", "2"},
                          {"NOTES_CRON_APPLY", "true"},
                          {"NOTES_CRON_EPOCH", "7"},
                          {"NOTES_CRON_TICK", "2025-11-02T01:30:00[America/New_York]"},
                          {"NOTES_CRON_DUE", "2025-11-02T05:30:00.000000Z"},
                          {"NOTES_CRON_PARAM_OLDER_THAN", "30d"}});
  run.tick.reset();
  const auto by_hand = command_environment(ours, run, std::nullopt);
  CHECK_FALSE(by_hand.contains("NOTES_CRON_EPOCH"));
  CHECK_FALSE(by_hand.contains("NOTES_CRON_TICK"));
}
