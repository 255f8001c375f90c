#include "base/deadline.hpp"

#include <algorithm>

namespace notes {
namespace {

thread_local DeadlineScope::TimePoint deadline_of_thread = DeadlineScope::TimePoint::max();

}  // namespace

DeadlineScope::DeadlineScope(TimePoint deadline) : outer_(deadline_of_thread) {
  deadline_of_thread = std::min(outer_, deadline);
}

DeadlineScope::~DeadlineScope() { deadline_of_thread = outer_; }

DeadlineScope::TimePoint current_deadline() { return deadline_of_thread; }

bool overdue() {
  return deadline_of_thread != DeadlineScope::TimePoint::max() &&
         std::chrono::steady_clock::now() >= deadline_of_thread;
}

}  // namespace notes
