#include "scheduler/run.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "scheduler/ledger.hpp"

namespace notes::scheduler {
namespace {

/// How long a run may keep its transaction's locks without a word: a process that was stopped must
/// not hold up who takes its runs over.
constexpr std::chrono::milliseconds kIdleLimit = std::chrono::seconds(5);

}  // namespace

/// While it lives, interrupt() finds the session.
class Run::Exposure {
 public:
  Exposure(Run& run, db::Session& session) : run_(run) {
    const std::lock_guard lock(run_.mutex_);
    run_.session_ = &session;
  }
  Exposure(const Exposure&) = delete;
  Exposure& operator=(const Exposure&) = delete;
  ~Exposure() {
    const std::lock_guard lock(run_.mutex_);
    run_.session_ = nullptr;
  }

 private:
  Run& run_;
};

Run::Run(const Tools& tools, RunRecord record, Ownership ownership, std::stop_token stop)
    : tools_(tools), record_(std::move(record)), ownership_(ownership), stop_(std::move(stop)) {}

Timestamp Run::reference_time() const {
  return record_.tick ? record_.tick->due_at : record_.created_at;
}

std::optional<std::string_view> Run::parameter(std::string_view name) const {
  const auto found = record_.parameters.find(name);
  if (found == record_.parameters.end()) return std::nullopt;
  return found->second;
}

void Run::chunk(const std::function<Chunk(db::Session&)>& work) {
  Chunk done;
  Counters counters;
  transact([&](db::Session& session) {
    done = work(session);
    counters = record_.counters;
    for (const auto& [name, count] : done.counted) counters[name] += count;
    Ledger::checkpoint(session, ownership_, done.checkpoint, counters);
  });
  // What is kept here must not run ahead of the row.
  record_.checkpoint = std::move(done.checkpoint);
  record_.counters = std::move(counters);
  tools_.observer.advanced(*this);
}

void Run::transact(const std::function<void(db::Session&)>& work) {
  refuse_when_stopped();
  transaction_failed_ = true;
  tools_.database.transact(
      [&](db::Session& session) {
        const Exposure exposure(*this, session);
        refuse_when_stopped();  // interrupt() may have come while there was no session to find
        work(session);
      },
      {.idle_limit = kIdleLimit});
  transaction_failed_ = false;
}

void Run::refuse_when_stopped() const {
  if (!stop_.stop_requested()) return;
  throw Error(ErrorCode::interrupted, fmt::format("job {}: a stop was requested", record_.job));
}

void Run::interrupt() noexcept {
  const std::lock_guard lock(mutex_);
  if (session_ != nullptr) session_->cancel();
}

}  // namespace notes::scheduler
