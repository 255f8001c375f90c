#include "scheduler/recorder.hpp"

#include <iterator>
#include <set>
#include <utility>

#include "base/error.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr auto kPauseAfterFailure = 200ms;

}  // namespace

Recorder::Recorder(Ledger& ledger, telemetry::Logger& logger,
                   std::function<void(const std::vector<Ended>&)> recorded)
    : ledger_(ledger),
      logger_(logger),
      recorded_(std::move(recorded)),
      thread_([this](const std::stop_token& over) { work(over); }) {}

Recorder::~Recorder() {
  thread_.request_stop();
  thread_.join();
  if (!added_.empty()) write(added_);
}

void Recorder::add(Ended ended) {
  {
    const std::lock_guard lock(mutex_);
    added_.push_back(std::move(ended));
  }
  filled_.notify_one();
}

bool Recorder::drain(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return drained_.wait_until(lock, deadline, [this] { return added_.empty() && !busy_; });
}

void Recorder::work(const std::stop_token& over) {
  std::unique_lock lock(mutex_);
  while (filled_.wait(lock, over, [this] { return !added_.empty(); }) && !over.stop_requested()) {
    auto batch = std::exchange(added_, {});
    busy_ = true;
    lock.unlock();
    const bool written = write(batch);
    lock.lock();
    busy_ = false;
    if (written) {
      if (added_.empty()) drained_.notify_all();
      continue;
    }
    added_.insert(added_.begin(), std::move_iterator(batch.begin()),
                  std::move_iterator(batch.end()));
    filled_.wait_for(lock, over, kPauseAfterFailure, [] { return false; });
  }
}

/// Leaves in `batch` what was written; false, and all of it, when nothing could be.
bool Recorder::write(std::vector<Ended>& batch) {
  std::vector<Ledger::Ending> endings;
  for (const auto& ended : batch) {
    if (!ended.written) endings.push_back({ended.ownership, ended.outcome});
  }
  std::vector<RunId> ours;
  try {
    if (!endings.empty()) ours = ledger_.finish(endings);
  } catch (const Error& error) {
    if (std::exchange(reachable_, false)) {
      logger_.warning("how runs ended could not be written, and is tried again",
                      {{"runs", std::uint64_t{endings.size()}}, {"error", error.what()}});
    }
    return false;
  }
  reachable_ = true;
  const std::set<RunId> written(ours.begin(), ours.end());
  std::erase_if(batch, [&](const Ended& ended) {
    return !ended.written && !written.contains(ended.ownership.run);
  });
  if (!batch.empty()) recorded_(batch);
  return true;
}

}  // namespace notes::scheduler
