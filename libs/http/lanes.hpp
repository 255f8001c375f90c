#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "config/settings.hpp"
#include "http/pipeline.hpp"
#include "http/workers.hpp"
#include "telemetry/metrics.hpp"

namespace notes::http {

/// Where requests wait that are not answered by the thread that read them: one queue with threads
/// of its own for each lane of the routes, and one for all that are served alone. Thread-safe.
class Lanes {
 public:
  /// All must outlive it.
  Lanes(const config::ServerSettings& settings, const Pipeline& pipeline,
        telemetry::Metrics& metrics);
  ~Lanes();

  /// Puts a task where it is to wait. False when there is no room for it: its request is to be
  /// answered with refusal(). Another client's task that gives way to it is answered here.
  bool submit(const std::shared_ptr<Task>& task);
  Response refusal(const Request& request) const;
  /// As Workers::finish(), for all of them.
  bool finish(std::chrono::steady_clock::time_point deadline);
  /// As Workers::tasks().
  std::vector<std::shared_ptr<const Task>> tasks(std::size_t most) const;

 private:
  struct Gathered;

  Workers::Options options_of(const Lane& lane) const;
  bool submit(const std::shared_ptr<Task>& task, Workers& workers);
  void serve_alone(const Task& task) const;
  void serve_together(const Lane& lane, Gathered& gathered, Workers::Batch batch);

  const config::ServerSettings& settings_;
  const Pipeline& pipeline_;
  telemetry::Counter shed_;
  // Outlives the lanes, which put tasks into it.
  Workers alone_;
  std::unordered_map<const Lane*, std::unique_ptr<Gathered>> gathered_;
};

}  // namespace notes::http
