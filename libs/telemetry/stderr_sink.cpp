#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "telemetry/log.hpp"

namespace notes::telemetry {
namespace {

using namespace std::chrono_literals;

/// What is written at once: a system call for each line costs more than all else that logging does.
constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;
/// The longest burst that is kept whole is of so many blocks.
constexpr std::size_t kMostBlocks = 64;
/// Lines that follow a written one so closely wait for each other.
constexpr auto kGathering = 20ms;

/// Lines that are written together.
struct Block {
  std::string text;
  std::uint64_t lines = 0;
};

void write_out(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
      static_cast<void>(::poll(&ready, 1, -1));
    } else if (errno != EINTR) {
      return;  // nowhere is left to say so
    }
  }
}

class StderrSink final : public LogSink {
 public:
  StderrSink() : thread_([this](const std::stop_token& stop) { work(stop); }) {}

  void write(Level level, std::string_view line) override {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (blocks_.empty() || blocks_.back().text.size() + line.size() >= kBlockBytes) begin_block();
      blocks_.back().text.append(line).push_back('\n');
      ++blocks_.back().lines;
      urgent_ = urgent_ || level >= Level::warning;
      wake = waiting_ && (!gathering_ || is_due());
      if (wake) waiting_ = false;
    }
    if (wake) filled_.notify_one();
  }

  std::uint64_t take_lost() override {
    // Asked after every line, and hardly ever answered with more than 0.
    return lost_.load(std::memory_order_relaxed) == 0 ? 0 : lost_.exchange(0);
  }

 private:
  void begin_block() {
    if (blocks_.size() == kMostBlocks) {
      lost_ += blocks_.front().lines;
      blocks_.pop_front();
    }
    blocks_.emplace_back().text.reserve(kBlockBytes);
  }

  bool is_due() const { return urgent_ || blocks_.size() > 1; }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (;;) {
      waiting_ = true;
      filled_.wait(lock, stop, [this] { return !blocks_.empty(); });
      if (blocks_.empty()) return;
      auto block = std::move(blocks_.front());
      blocks_.pop_front();
      if (blocks_.empty()) urgent_ = false;
      waiting_ = false;
      lock.unlock();
      write_out(block.text);
      lock.lock();
      waiting_ = gathering_ = true;
      filled_.wait_for(lock, stop, kGathering, [this] { return is_due(); });
      gathering_ = false;
    }
  }

  std::atomic<std::uint64_t> lost_ = 0;
  std::mutex mutex_;
  // guards: all below but the thread
  std::condition_variable_any filled_;
  std::deque<Block> blocks_;
  bool urgent_ = false;     ///< a line that says of trouble does not wait for others
  bool waiting_ = false;    ///< the thread sleeps, and nobody has woken it
  bool gathering_ = false;  ///< it sleeps although there may be lines
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<LogSink> stderr_sink() { return std::make_unique<StderrSink>(); }

}  // namespace notes::telemetry
