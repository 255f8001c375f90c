#include "http/activity.hpp"

#include <algorithm>

#include "http/lanes.hpp"

namespace notes::http {

std::chrono::steady_clock::duration Activity::silence(TimePoint now) const {
  const std::lock_guard lock(mutex_);
  std::chrono::steady_clock::duration longest{};
  if (threads_ended_) return longest;
  for (const auto& pulse : pulses_) longest = std::max(longest, now - pulse.load());
  return longest;
}

std::vector<InFlight> Activity::in_flight(TimePoint now, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  if (lanes_ == nullptr) return {};
  std::vector<InFlight> requests;
  for (const auto& task : lanes_->tasks(most)) {
    const Request& request = task->request;
    requests.push_back({.request_id = request.request_id,
                        .trace_id = std::string(request.trace.trace_id()),
                        .method = request.method,
                        .path = request.path,
                        .route = task->route.pattern,
                        .client = request.client,
                        .age = now - request.arrived,
                        .running = task->is_running()});
  }
  return requests;
}

Activity::Pulse& Activity::add_thread(TimePoint now) {
  const std::lock_guard lock(mutex_);
  return pulses_.emplace_back(now);
}

void Activity::follow(const Lanes* lanes) {
  const std::lock_guard lock(mutex_);
  lanes_ = lanes;
}

void Activity::forget_threads() {
  const std::lock_guard lock(mutex_);
  threads_ended_ = true;
}

}  // namespace notes::http
