#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "scheduler/job.hpp"
#include "scheduler/ledger.hpp"
#include "telemetry/log.hpp"

namespace notes::scheduler {

/// An attempt that is over.
struct Ended {
  const JobDefinition* job = nullptr;
  RunRecord run = {};
  Ownership ownership = {};
  Outcome outcome = {};
  bool written = false;  ///< it stands in the row already
};

/// Writes how attempts ended: what ends while one transaction is under way goes into the next one
/// together, on a thread of its own. While the database cannot be reached nothing is forgotten: it
/// is tried again, and what has been taken over meanwhile is dropped then. Thread-safe.
class Recorder {
 public:
  /// `recorded` is told, on the recorder's thread, what was written, and must not throw. What is
  /// passed in must outlive this.
  Recorder(Ledger& ledger, telemetry::Logger& logger,
           std::function<void(const std::vector<Ended>&)> recorded);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  /// Tries once to write what is left.
  ~Recorder();

  void add(Ended ended);
  /// Waits until all that was added before is written; false when it was not by the deadline.
  bool drain(std::chrono::steady_clock::time_point deadline);

 private:
  void work(const std::stop_token& over);
  bool write(std::vector<Ended>& batch);

  Ledger& ledger_;
  telemetry::Logger& logger_;
  const std::function<void(const std::vector<Ended>&)> recorded_;
  bool reachable_ = true;  // of the recorder's thread: a database that is away is told of once

  std::mutex mutex_;
  // guards: added_, busy_
  std::condition_variable_any filled_;
  std::condition_variable drained_;
  std::vector<Ended> added_;
  bool busy_ = false;
  std::jthread thread_;
};

}  // namespace notes::scheduler
