#include "scheduler/job_file.hpp"

#include <chrono>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::scheduler;
using namespace std::chrono_literals;

namespace {

const std::vector<BuiltinJob> kBuiltins{
    {.name = "purge-trash",
     .summary = "",
     .destructive = true,
     .parameters = {{"older_than", "30d", ""}}},
    {.name = "refresh-stats", .summary = ""},
};

/// A file of jobs in a folder of its own, with reports/nightly.sql beside it.
struct Folder {
  JobFile inspect(std::string_view text) {
    directory.write("reports/nightly.sql", "SELECT 1;");
    const auto path = directory.write("cron.yaml", text);
    return inspect_job_file(path, {.variables = variables, .builtins = kBuiltins});
  }

  /// "3:9: what is wrong", line by line.
  static std::vector<std::string> short_form(const std::vector<Remark>& remarks) {
    std::vector<std::string> lines;
    for (const auto& remark : remarks) {
      lines.push_back(std::to_string(remark.place.line) + ":" +
                      std::to_string(remark.place.column) + ": " + remark.text);
    }
    return lines;
  }

  std::vector<std::string> problems(std::string_view text) {
    return short_form(inspect(text).problems);
  }
  std::vector<std::string> warnings(std::string_view text) {
    const auto file = inspect(text);
    CHECK(short_form(file.problems).empty());
    return short_form(file.warnings);
  }

  tests::TemporaryDirectory directory;
  config::Variables variables;
};

using Lines = std::vector<std::string>;

constexpr std::string_view kExample = R"(timezone: Asia/Seoul
notify: { webhook_url: ${SLACK_WEBHOOK_URL}, on: [failure, recovery, missed] }
jobs:
  purge-trash:      { schedule: "15 3 * * *", apply: true, params: { older_than: 30d }, timeout: 10m, retries: 5 }
  refresh-stats:    { every: 15m, overlap: skip, jitter: 30s }
  nightly-report:   { schedule: "H 2 * * 1-5", sql: reports/nightly.sql, catch_up: latest }
  offsite-copy:     { schedule: "0 4 * * *", command: ["/usr/local/bin/copy", "--all"], semantics: at-most-once, timeout: 1h }
)";

}  // namespace

TEST_CASE("a file of jobs is read into definitions") {
  Folder folder;
  folder.variables["SLACK_WEBHOOK_URL"] = "https://hooks.example/T0/B0/secret";
  const auto file = folder.inspect(kExample);
  CHECK(Folder::short_form(file.problems) == Lines{});
  CHECK(Folder::short_form(file.warnings) == Lines{});
  CHECK(file.notify.webhook_url.reveal() == "https://hooks.example/T0/B0/secret");
  REQUIRE(file.jobs.size() == 4);

  const auto& purge = file.jobs[0];
  CHECK(purge.name == "purge-trash");
  CHECK(std::get<BuiltinWork>(purge.work).name == "purge-trash");
  CHECK(purge.apply);
  CHECK(purge.parameters == Parameters{{"older_than", "30d"}});
  CHECK(purge.timeout == 10min);
  CHECK(purge.retries == 5);
  CHECK(purge.schedule->timezone() == "Asia/Seoul");
  // 03:15 in Seoul is 18:15 the day before in UTC.
  CHECK(purge.schedule->next(*Timestamp::parse("2026-01-01T00:00:00Z"))->at ==
        *Timestamp::parse("2026-01-01T18:15:00Z"));

  const auto& refresh = file.jobs[1];
  CHECK(refresh.schedule->interval() == 15min);
  CHECK(refresh.overlap == Overlap::skip);
  CHECK(refresh.jitter == 30s);

  const auto& report = file.jobs[2];
  CHECK(std::get<SqlWork>(report.work).file == folder.directory.path() / "reports/nightly.sql");
  CHECK(report.catch_up == CatchUp::latest);

  const auto& copy = file.jobs[3];
  const auto& command = std::get<CommandWork>(copy.work);
  CHECK(command.arguments == Lines{"/usr/local/bin/copy", "--all"});
  CHECK(command.semantics == Semantics::at_most_once);
  CHECK(command.grace == 10s);
  CHECK(copy.timeout == 1h);
}

TEST_CASE("every key of a job arrives in its definition") {
  Folder folder;
  const auto file = folder.inspect(R"(jobs:
  trash:
    job: purge-trash
    schedule: "0 3 * * *"
    timezone: Europe/Berlin
    dst: wall
    jitter: 5s
    overlap: queue
    catch_up: all
    max_age: 2h
    max_count: 10
    rate: 0.5
    timeout: 1m
    retries: 3
    retry_delay: 2s
    retry_delay_limit: 1m
    expect_within: 26h
    apply: yes
    params: {older_than: 7d}
    ping: {start: https://a.example/1, success: https://a.example/2, failure: https://a.example/3}
    retention: {succeeded_age: 1d, succeeded_count: 5, failed_age: 2d, failed_count: 6}
  shell:
    command: [sh, -c, "true"]
    semantics: at-least-once
    grace: 0
)");
  CHECK(Folder::short_form(file.problems) == Lines{});
  REQUIRE(file.jobs.size() == 2);
  const auto& job = file.jobs[0];
  CHECK(std::get<BuiltinWork>(job.work).name == "purge-trash");
  CHECK(job.schedule->timezone() == "Europe/Berlin");
  CHECK(job.schedule->daylight_saving() == cron::DaylightSaving::wall);
  CHECK(job.jitter == 5s);
  CHECK(job.overlap == Overlap::queue);
  CHECK(job.catch_up == CatchUp::all);
  CHECK(job.max_age == 2h);
  CHECK(job.max_count == 10);
  CHECK(job.rate == 0.5);
  CHECK(job.timeout == 1min);
  CHECK(job.retries == 3);
  CHECK(job.retry_delay == 2s);
  CHECK(job.retry_delay_limit == 1min);
  CHECK(job.expect_within == 26h);
  CHECK(job.apply);
  CHECK(job.ping.start.reveal() == "https://a.example/1");
  CHECK(job.ping.success.reveal() == "https://a.example/2");
  CHECK(job.ping.failure.reveal() == "https://a.example/3");
  CHECK(job.retention.succeeded_age == 24h);
  CHECK(job.retention.succeeded_count == 5);
  CHECK(job.retention.failed_age == 48h);
  CHECK(job.retention.failed_count == 6);
  CHECK_FALSE(file.jobs[1].schedule);
  CHECK(std::get<CommandWork>(file.jobs[1].work).grace == 0s);
}

TEST_CASE("all that is wrong in a file of jobs is said at once, each with its place") {
  Folder folder;
  CHECK(folder.problems(R"(timezon: UTC
notify: {on: [failure, recovry]}
jobs:
  purge-trash: {schedul: "0 3 * * *", overlap: skp, timeout: 0s, params: {older_then: 30d}}
  refresh-stat: {every: 15m}
  both: {job: purge-trash, sql: reports/nightly.sql}
  often: {job: refresh-stats, every: 15m, schedule: "* * * * *"}
  gone: {sql: reports/gone.sql, semantics: at-most-once}
  copy: {command: [], rate: fast, retries: -1}
)") == Lines{
           "1:1: timezon: there is no such key (did you mean 'timezone'?)",
           "2:24: notify.on: expected a list of failure, recovery and missed, got 'recovry' (did "
           "you mean 'recovery'?)",
           "4:17: jobs.purge-trash.schedul: there is no such key (did you mean 'schedule'?)",
           "4:48: jobs.purge-trash.overlap: expected skip, queue, replace or allow, got 'skp' (did "
           "you mean 'skip'?)",
           "4:62: jobs.purge-trash.timeout: expected a duration above zero (30s, 10m, 1h30m, 7d), "
           "got '0s'",
           "4:75: jobs.purge-trash.params.older_then: purge-trash has no such parameter (did you "
           "mean 'older_than'?)",
           "5:3: jobs.refresh-stat: there is no built-in job of this name (did you mean "
           "'refresh-stats'?); say what it does with job:, sql: or command:",
           "6:33: jobs.both.sql: a job does one thing; leave all but one out of job, sql",
           "7:38: jobs.often.every: a job has a schedule or an interval; leave one of the two out",
           "8:15: jobs.gone.sql: there is no file " +
               (folder.directory.path() / "reports/gone.sql").string(),
           "8:44: jobs.gone.semantics: only a command has it: what the others do is undone with "
           "their transaction",
           "9:19: jobs.copy.command: expected a list: the program and its arguments, got a list",
           "9:29: jobs.copy.rate: expected a number above zero (0.5), got 'fast'",
           "9:44: jobs.copy.retries: expected a whole number from 0 to 1000, got '-1'",
       });
}

TEST_CASE("what the cron library refuses gets the place of the value") {
  Folder folder;
  const auto problems = folder.problems(R"(jobs:
  a: {job: refresh-stats, schedule: "61 * * * *"}
  b: {job: refresh-stats, schedule: "0 0 30 2 *"}
  c: {job: refresh-stats, schedule: "0 0 * * *", timezone: Asia/Seol}
  d: {job: refresh-stats, every: 10ms}
)");
  REQUIRE(problems.size() == 4);
  CHECK(problems[0].starts_with("2:37: jobs.a.schedule: "));
  CHECK(problems[0].find("61") != std::string::npos);
  CHECK(problems[1].starts_with("3:37: jobs.b.schedule: "));
  CHECK(problems[2].starts_with("4:60: jobs.c.timezone: "));
  CHECK(problems[2].find("Asia/Seoul") != std::string::npos);
  CHECK(problems[3].starts_with("5:34: jobs.d.every: "));
}

TEST_CASE("reading a file of jobs with problems is an error with a line for each") {
  Folder folder;
  const auto path = folder.directory.write("cron.yaml", "jobs: {a: {}, b: {}}\nx: 1\n");
  try {
    read_job_file(path, {.variables = {}, .builtins = kBuiltins});
    FAIL("read");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    const auto file = path.string();
    CHECK(std::string(error.what()) ==
          file +
              ":1:8: jobs.a: there is no built-in job of this name; say what it does with job:, "
              "sql: or command:\n" +
              file +
              ":1:15: jobs.b: there is no built-in job of this name; say what it does with job:, "
              "sql: or command:\n" +
              file + ":2:1: x: there is no such key");
  }
}

TEST_CASE("a webhook whose variable is not set notifies nobody, and a warning says so") {
  Folder folder;
  constexpr std::string_view kText = "notify: {webhook_url: ${SLACK_WEBHOOK_URL}}\n";
  CHECK(folder.warnings(kText) == Lines{"1:23: notify.webhook_url: ${SLACK_WEBHOOK_URL} is not set "
                                        "in the environment: nobody is notified there"});
  CHECK(folder.inspect(kText).notify.webhook_url.empty());
  folder.variables["SLACK_WEBHOOK_URL"] = "";
  CHECK(folder.warnings(kText) ==
        Lines{"1:23: notify.webhook_url: is empty: nobody is notified there"});
  CHECK(folder.warnings("notify: {webhook_url: ${SLACK_WEBHOOK_URL:-}}\n") == Lines{});
}

TEST_CASE("other variables that are not set are problems, and what they hold is never shown") {
  Folder folder;
  folder.variables["TOKEN"] = "s3cret";
  CHECK(folder.problems("jobs:\n"
                        "  a: {job: refresh-stats, timeout: ${T}, overlap: ${TOKEN}}\n"
                        "notify: {webhook_url: ${TOKEN}}\n") ==
        Lines{"2:36: jobs.a.timeout: ${T} is not set in the environment; set it, or write "
              "${T:-default}",
              "2:51: jobs.a.overlap: expected skip, queue, replace or allow, got '${TOKEN}'",
              "3:23: notify.webhook_url: expected a URL that begins with https:// or http://"});
}

TEST_CASE("what is right and looks like a mistake is a warning") {
  Folder folder;
  CHECK(
      folder.warnings(R"(jobs:
  purge-trash: {schedule: "0 3 * * *"}
  refresh-stats: {every: 1h, apply: true, timezone: Asia/Seoul, max_count: 3}
  report: {sql: reports/nightly.sql, apply: true}
  copy: {command: [copy]}
)") ==
      Lines{
          "2:3: jobs.purge-trash: purge-trash only counts what it would do, each time; say `apply: "
          "true` to have it done",
          "3:37: jobs.refresh-stats.apply: refresh-stats destroys nothing: it needs no leave",
          "3:53: jobs.refresh-stats.timezone: has no effect without a cron expression",
          "3:76: jobs.refresh-stats.max_count: has no effect without `catch_up: all`",
          "5:19: jobs.copy.command: is run again when nobody saw how it ended; say `semantics: "
          "at-least-once` if that is meant, else at-most-once",
      });
}

TEST_CASE("what the cron library warns of gets the place of the schedule") {
  Folder folder;
  const auto warnings = folder.warnings("jobs:\n  refresh-stats: {schedule: \"0 0 13 * 5\"}\n");
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].starts_with("2:29: jobs.refresh-stats.schedule: "));
}

TEST_CASE("a command that is run at most once is not tried again") {
  Folder folder;
  CHECK(folder.problems("jobs:\n"
                        "  a: {command: [a], semantics: at-most-once, retries: 2}\n") ==
        Lines{"2:55: jobs.a.retries: a command that is run at most once is not tried again; leave "
              "it out, or say `semantics: at-least-once`"});
}

TEST_CASE("names of jobs and of parameters are ones that paths and environments can carry") {
  Folder folder;
  CHECK(folder.problems("jobs:\n"
                        "  \"*\": {command: [a], semantics: at-most-once}\n"
                        "  b: {command: [a], semantics: at-most-once, params: {A-b: 1}}\n") ==
        Lines{"2:3: jobs.*: a job's name has letters, digits, '-', '_' and '.', 100 at most, and "
              "begins with a letter or a digit",
              "3:54: jobs.b.params: expected a map of names (letters, digits and _ in lower case) "
              "to values, got a map"});
}

TEST_CASE("H in a schedule is spread by the job's name") {
  Folder folder;
  std::string text = "jobs:\n";
  for (int i = 0; i < 20; ++i) {
    text += "  job-" + std::to_string(i) + ": {job: refresh-stats, schedule: \"H 0 * * *\"}\n";
  }
  std::vector<Timestamp> fires;
  for (const auto& job : folder.inspect(text).jobs) {
    fires.push_back(job.schedule->next(*Timestamp::parse("2026-01-01T12:00:00Z"))->at);
  }
  std::sort(fires.begin(), fires.end());
  CHECK(std::unique(fires.begin(), fires.end()) - fires.begin() > 10);
}

TEST_CASE("docs/scheduling.md has the table of keys as the code has it") {
  const auto page =
      tests::read_file(std::filesystem::path(NOTES_SOURCE_DIR) / "docs" / "scheduling.md");
  CHECK_MESSAGE(page.find(job_file_reference()) != std::string::npos, job_file_reference());
}
