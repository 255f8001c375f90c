#pragma once

#include <chrono>

namespace notes {

/// While it lives, what this thread does is to be done by then: whoever waits on its behalf, such
/// as the database, waits no longer. Scopes nest, and the earliest deadline counts.
class DeadlineScope {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit DeadlineScope(TimePoint deadline);
  DeadlineScope(const DeadlineScope&) = delete;
  DeadlineScope& operator=(const DeadlineScope&) = delete;
  ~DeadlineScope();

 private:
  TimePoint outer_;
};

/// This thread's deadline; TimePoint::max() outside every scope.
DeadlineScope::TimePoint current_deadline();

/// Whether it has passed.
bool overdue();

}  // namespace notes
