#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/query.hpp"
#include "jobs/jobs.hpp"
#include "migrate/migrator.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/run.hpp"
#include "support/database.hpp"
#include "support/temporary_directory.hpp"

namespace notes::tests {

/// What came of one attempt of a job.
struct JobResult {
  scheduler::Counters counters;
  std::string output;
  std::optional<ErrorCode> error = {};  ///< none: it succeeded

  bool printed(std::string_view text) const { return output.find(text) != std::string::npos; }
};

struct JobRequest {
  bool apply = false;
  scheduler::Parameters parameters = {};
  /// A stop is requested after so many chunks.
  std::optional<int> stop_after = {};
  bool resume = false;
};

/// Requests a stop once so many chunks are committed.
class StopAfter final : public scheduler::RunObserver {
 public:
  explicit StopAfter(std::optional<int> chunks) : left_(chunks) {}

  void advanced(const scheduler::Run&) override {
    if (left_ && --*left_ == 0) stop.request_stop();
  }

  std::stop_source stop;

 private:
  std::optional<int> left_;
};

/// A database with the project's schema, and the notes' jobs to run on it, as `exec` runs them. Now
/// is 2026-11-21T12:00:00Z.
template <typename Backend>
struct JobsFixture {
  JobsFixture() {
    migrate::MigratorSettings settings;
    settings.directory = NOTES_MIGRATIONS_DIR;
    migrate::Observer silent;
    migrate::Migrator(db::Url::parse(open.backend.url()), database_settings(open.backend.url()),
                      settings, clock, silent)
        .upgrade(migrate::parse_revision_spec("head"));
  }

  JobResult run(const std::string& name, const JobRequest& request = {}) {
    const scheduler::HolderId owner(Uuid::make_v7(clock.now()));
    const auto record =
        request.resume
            ? ledger.resume(name, owner, "test", scheduler::Overlap::skip, kTtl)
            : ledger.exec({.job = name, .apply = request.apply, .parameters = request.parameters},
                          owner, "test", scheduler::Overlap::skip, kTtl);
    const scheduler::Ownership ownership{record.id, owner, record.attempt};
    StopAfter observer(request.stop_after);
    scheduler::Run run({open.database, clock, open.quiet.logger, observer}, record, ownership,
                       observer.stop.get_token());
    JobResult result;
    try {
      job(name).run(run);
    } catch (const Error& error) {
      result.error = error.code();
    }
    result.counters = run.counters();
    result.output = run.output();
    const auto state = result.error ? scheduler::RunState::failed : scheduler::RunState::succeeded;
    const scheduler::Ledger::Ending ending{
        ownership, {.state = state, .output = result.output, .counters = result.counters}};
    ledger.finish({&ending, 1});
    return result;
  }

  const scheduler::BuiltinJob& job(const std::string& name) const {
    for (const auto& each : jobs) {
      if (each.name == name) return each;
    }
    throw std::runtime_error("no job " + name);
  }

  void execute(std::initializer_list<std::string_view> statements) {
    tests::execute(open.backend.url(), statements);
  }

  /// The first column of the rows, each cast to text.
  std::vector<std::string> column(const std::string& statement) {
    return open.database.read([&](db::Session& session) {
      std::vector<std::string> values;
      for (const auto& row : db::query(session, statement))
        values.push_back(row[0].value_or("NULL"));
      return values;
    });
  }

  /// A user whose id ends in `number`, made at the beginning of 2026.
  void add_user(int number, const std::string& name, const std::string& role = "member",
                const std::string& last_login = "") {
    const auto login = last_login.empty() ? std::string("NULL") : "'" + last_login + "'";
    execute(
        {"INSERT INTO users (id, email, display_name, role, created_at, updated_at, "
         "last_login_at) VALUES ('" +
         user_id(number) + "', 'user" + std::to_string(number) + "@example.org', '" + name +
         "', '" + role + "', '2025-01-01T00:00:00.000000Z', '2025-01-01T00:00:00.000000Z', " +
         login + ")"});
  }

  static std::string user_id(int number) {
    auto digits = std::to_string(number);
    digits.insert(0, 12 - digits.size(), '0');
    return "00000000-0000-7000-8000-" + digits;
  }

  static constexpr std::chrono::milliseconds kTtl = std::chrono::minutes(5);

  OpenDatabase<Backend> open;
  ManualClock clock{*Timestamp::parse("2026-11-21T12:00:00.000000Z")};
  TemporaryDirectory directory;
  scheduler::Retention retention;
  scheduler::Ledger ledger{open.database, clock};
  std::vector<scheduler::BuiltinJob> jobs =
      notes::jobs::jobs({.database = database_settings(open.backend.url()),
                         .version = "test",
                         .variables = config::process_variables(),
                         .retention = [this](std::string_view) { return retention; }});
};

}  // namespace notes::tests
