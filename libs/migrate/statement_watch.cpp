#include "migrate/statement_watch.hpp"

#include <algorithm>
#include <condition_variable>
#include <utility>

#include "base/error.hpp"

namespace notes::migrate {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

StatementWatch::StatementWatch(Look look, std::chrono::milliseconds interval, db::Session& session,
                               Observer& observer)
    : look_(std::move(look)), interval_(interval), session_(session), observer_(observer) {
  if (look_) thread_ = std::jthread([this](const std::stop_token& over) { watch(over); });
}

StatementWatch::During::During(StatementWatch& watch,
                               std::optional<std::chrono::milliseconds> patience)
    : watch_(watch) {
  const std::scoped_lock lock(watch.mutex_);
  ++watch.statement_;
  watch.running_ = true;
  watch.patience_ = patience;
  watch.blocked_since_.reset();
  watch.blocker_.clear();
  watch.gave_up_ = false;
}

StatementWatch::During::~During() {
  const std::scoped_lock lock(watch_.mutex_);
  watch_.running_ = false;
}

std::string StatementWatch::blocker() const {
  const std::scoped_lock lock(mutex_);
  return blocker_;
}

bool StatementWatch::gave_up() const {
  const std::scoped_lock lock(mutex_);
  return gave_up_;
}

Activity StatementWatch::ask() const {
  try {
    return look_();
  } catch (const Error&) {
    return {};  // the statement goes on, and its failure is told without a name
  }
}

/// Under the mutex.
void StatementWatch::saw(Activity found) {
  observer_.activity(found);
  if (found.blocker.empty()) {
    blocked_since_.reset();
    return;
  }
  blocker_ = std::move(found.blocker);
  const auto now = steady_clock::now();
  if (!blocked_since_) blocked_since_ = now;
  if (!patience_ || now - *blocked_since_ < *patience_) return;
  // Still under the mutex: the statement cannot end meanwhile, and the next be cancelled for it.
  session_.cancel();
  gave_up_ = true;
}

void StatementWatch::watch(const std::stop_token& over) {
  std::condition_variable_any stopped;
  unsigned long before = 0;
  std::unique_lock lock(mutex_);
  while (!stopped.wait_for(lock, over, interval_, [&] { return over.stop_requested(); })) {
    const auto statement = statement_;
    // Most statements are over before they are worth a question: ask for what ran at two looks.
    if (!running_ || std::exchange(before, statement) != statement) continue;
    lock.unlock();
    auto found = ask();
    lock.lock();
    if (running_ && statement == statement_) saw(std::move(found));
  }
}

std::chrono::milliseconds watch_interval(std::chrono::milliseconds lock_timeout) {
  return lock_timeout == 0ms ? 500ms : std::clamp(lock_timeout / 5, 10ms, 500ms);
}

}  // namespace notes::migrate
