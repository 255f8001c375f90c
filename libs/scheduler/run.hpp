#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "scheduler/bounded_output.hpp"
#include "scheduler/run_record.hpp"
#include "telemetry/log.hpp"

namespace notes::scheduler {

class Run;

/// Told how far a run is: a progress bar, the log. Called from the run's thread.
class RunObserver {
 public:
  RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;
  virtual ~RunObserver() = default;

  /// After each chunk's commit.
  virtual void advanced(const Run& run) { static_cast<void>(run); }
};

/// The counter that is held against Run::expect(): how many units of work are done.
inline constexpr std::string_view kProcessed = "processed";

/// What one chunk did.
struct Chunk {
  std::string checkpoint = {};  ///< where the next one begins
  Counters counted = {};        ///< added to the run's counters
};

/// An attempt of a job, as the job sees it: what it was asked, and the only way to write. For the
/// thread that runs the job.
class Run {
 public:
  struct Tools {
    db::Database& database;
    const Clock& clock;
    telemetry::Logger& logger;
    RunObserver& observer;
  };
  Run(const Tools& tools, RunRecord record, Ownership ownership, std::stop_token stop);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  const RunRecord& record() const { return record_; }
  const Ownership& ownership() const { return ownership_; }
  /// The moment that counts as now for this run: its tick's, else when it was made. Every attempt
  /// sees the same.
  Timestamp reference_time() const;
  bool apply() const { return record_.apply; }
  /// A parameter as it was given; nullopt when it was not.
  std::optional<std::string_view> parameter(std::string_view name) const;
  /// Requested at the deadline, at a shutdown, and when the run is no longer ours.
  const std::stop_token& stop() const { return stop_; }
  /// Where an earlier attempt's last committed chunk said to go on; "" at the beginning.
  const std::string& checkpoint() const { return record_.checkpoint; }
  const Counters& counters() const { return record_.counters; }
  std::optional<std::int64_t> expected() const { return expected_; }
  /// How many units there are to do, for the progress bar.
  void expect(std::int64_t total) { expected_ = total; }

  db::Database& database() const { return tools_.database; }
  const Clock& clock() const { return tools_.clock; }
  telemetry::Logger& logger() const { return tools_.logger; }

  /// One chunk: `work`, its checkpoint and the proof that this run is still ours, in one
  /// transaction. `work` may run more than once and must have no other effect. Throws
  /// Error{interrupted} when a stop was requested before it began, Error{stale} (and nothing is
  /// written) when the run has been taken over, and what db::Database::transact throws.
  void chunk(const std::function<Chunk(db::Session&)>& work);

  /// What chunk() stands on: `work` in a transaction that ends when this process is stopped in the
  /// middle of it, and that interrupt() reaches. `work` must prove that the run is still ours as
  /// its last statement. Throws as chunk() does.
  void transact(const std::function<void(db::Session&)>& work);
  /// True when the last transaction did not end as `work` said: whether it was committed is then
  /// for the row to say.
  bool transaction_failed() const { return transaction_failed_; }
  /// From another thread: stops the statement that the run is in, if it is in one. It may take as
  /// long as the database takes to be told.
  void interrupt() noexcept;

  /// What is kept as the run's output, below a bound; for people, see `notes-cron logs`.
  void print(std::string_view text) { output_.add(text); }
  std::string output() const { return output_.text(); }

 private:
  class Exposure;

  void refuse_when_stopped() const;

  Tools tools_;
  RunRecord record_;
  Ownership ownership_;
  std::stop_token stop_;
  std::optional<std::int64_t> expected_;
  BoundedOutput output_;
  bool transaction_failed_ = false;
  std::mutex mutex_;
  // guards: session_. Also held while the database is told to stop: the session must not be another
  // run's by the time it hears of it.
  db::Session* session_ = nullptr;
};

/// A job that is linked into the program: one row of the table that the scheduler is given. It does
/// its work through run.chunk(), returns when it is done, and throws when it failed. Called on
/// several threads at once when runs may overlap.
struct BuiltinJob {
  std::string name;
  std::string summary;
  /// Deletes or changes what a person made: without `apply` it only counts.
  bool destructive = false;
  struct Parameter {
    std::string name;
    std::string default_value;
    std::string help;
  };
  std::vector<Parameter> parameters = {};
  std::function<void(Run&)> run = {};
};

}  // namespace notes::scheduler
