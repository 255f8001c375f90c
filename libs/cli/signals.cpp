#include "cli/signals.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/error.hpp"

namespace notes::cli {
namespace {

[[noreturn]] void fail(const char* call) {
  throw Error(ErrorCode::internal, std::string(call) + ": " + std::strerror(errno));
}

/// Ends the process the way this signal does when nobody handles it.
[[noreturn]] void end_by(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  sigset_t only{};
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::raise(signal);
  ::_exit(128 + signal);
}

}  // namespace

ShutdownSignal::ShutdownSignal() {
  ::sigemptyset(&signals_);
  ::sigaddset(&signals_, SIGTERM);
  ::sigaddset(&signals_, SIGINT);
  stop_descriptor_ = ::eventfd(0, EFD_CLOEXEC);
  if (stop_descriptor_ < 0) fail("eventfd");
  signal_descriptor_ = ::signalfd(-1, &signals_, SFD_CLOEXEC);
  if (signal_descriptor_ < 0) {
    ::close(stop_descriptor_);
    fail("signalfd");
  }
  ::pthread_sigmask(SIG_BLOCK, &signals_, &mask_before_);
  watcher_ = std::jthread([this] { watch(); });
}

ShutdownSignal::~ShutdownSignal() {
  // An eventfd takes the first write whole.
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_descriptor_, &one, sizeof(one));
  watcher_.join();
  ::close(signal_descriptor_);
  ::close(stop_descriptor_);
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

std::optional<int> ShutdownSignal::wait(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  came_.wait(lock, std::move(stop), [this] { return first_.has_value(); });
  return first_;
}

std::optional<int> ShutdownSignal::received() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

void ShutdownSignal::watch() {
  for (;;) {
    std::array<pollfd, 2> descriptors{pollfd{signal_descriptor_, POLLIN, 0},
                                      pollfd{stop_descriptor_, POLLIN, 0}};
    if (::poll(descriptors.data(), descriptors.size(), -1) < 0) continue;  // EINTR: ask again
    if (descriptors[1].revents != 0) return;
    signalfd_siginfo signal{};
    if (::read(signal_descriptor_, &signal, sizeof(signal)) != sizeof(signal)) continue;
    const int number = static_cast<int>(signal.ssi_signo);
    const std::lock_guard lock(mutex_);
    if (first_) end_by(number);
    first_ = number;
    came_.notify_all();
  }
}

}  // namespace notes::cli
