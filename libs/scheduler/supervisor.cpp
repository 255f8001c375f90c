#include "scheduler/supervisor.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/descriptor.hpp"
#include "scheduler/process_tree.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using process::Descriptor;

/// What was killed and is still there after this time hangs in the kernel, or is another user's.
constexpr auto kPatience = 5s;
/// How often what was killed is looked for again: it may have begun something new in between.
constexpr auto kAgain = 20ms;

constexpr int kBadUse = 64;  // sysexits.h
constexpr int kNotStarted = 127;

struct Plan {
  std::chrono::milliseconds grace{0};
  BootClock::time_point deadline;
  BootClock::time_point trusted_until;
  std::vector<char*> command;  ///< ends with a null
};

BootClock::time_point at(std::int64_t nanoseconds) {
  return BootClock::time_point(std::chrono::nanoseconds(nanoseconds));
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<Plan> read_plan(std::span<char* const> arguments) {
  constexpr std::size_t kNumbers = 3;
  constexpr std::size_t kFirst = 2;
  if (arguments.size() <= kFirst + kNumbers) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (const char* text : arguments.subspan(kFirst, kNumbers)) {
    const auto value = number(text);
    if (!value) return std::nullopt;
    numbers.push_back(*value);
  }
  const auto command = arguments.subspan(kFirst + kNumbers);
  Plan plan{std::chrono::milliseconds(numbers[0]), at(numbers[1]), at(numbers[2]), {}};
  plan.command.assign(command.begin(), command.end());
  plan.command.push_back(nullptr);
  return plan;
}

/// The signals that are read from a descriptor instead of being handled.
sigset_t watched_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT})
    ::sigaddset(&signals, signal);
  return signals;
}

class Supervisor {
 public:
  explicit Supervisor(Plan plan) : plan_(std::move(plan)) {
    // Whoever loses its parent below becomes a child of this process: nothing gets away.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    // A second line behind the end of the orders.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::signal(SIGPIPE, SIG_IGN);
    for (const int own : {kOrders, kReports}) ::fcntl(own, F_SETFD, FD_CLOEXEC);
    ::fcntl(kOrders, F_SETFL, O_NONBLOCK);
    const auto signals = watched_signals();
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    signals_ = Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    timer_ = Descriptor(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  }

  int run() {
    if (!start()) return kNotStarted;
    // The pipe's end is the command's alone from now on: whoever reads it learns of the last one.
    ::close(STDOUT_FILENO);
    ::close(STDERR_FILENO);
    while (!done()) {
      wait();
      read_signals();
      read_orders();
      reap();
      proceed();
    }
    report({Report::Kind::ended, status_, cause_, alone_ ? 0 : 1});
    return 0;
  }

 private:
  enum class Phase { running, ending, killing };

  bool start() {
    auto failure = process::make_pipe();
    command_ = ::fork();
    if (command_ == 0) become_command(failure.write);
    int error = command_ < 0 ? errno : 0;
    failure.write.close();
    if (command_ > 0) static_cast<void>(!::read(failure.read.number(), &error, sizeof error));
    if (error != 0) {
      if (command_ > 0) ::waitpid(command_, nullptr, 0);
      report({.kind = Report::Kind::not_started, .value = error});
      return false;
    }
    report({.kind = Report::Kind::started, .value = command_});
    return true;
  }

  /// In the child: only system calls until the program is another.
  [[noreturn]] void become_command(const Descriptor& failure) const {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execvp(plan_.command.front(), plan_.command.data());
    const int error = errno;
    static_cast<void>(!::write(failure.number(), &error, sizeof error));
    ::_exit(kNotStarted);
  }

  static void report(const Report& report) {
    // Nobody may be left to read it.
    static_cast<void>(!::write(kReports, &report, sizeof report));
  }

  bool done() const { return ended_ && (alone_ || BootClock::now() >= give_up_at_); }

  BootClock::time_point wake_at() const {
    switch (phase_) {
      case Phase::running:
        return std::min(plan_.deadline, plan_.trusted_until);
      case Phase::ending:
        return kill_at_;
      case Phase::killing:
        return BootClock::now() + kAgain;
    }
    return kill_at_;
  }

  void wait() const {
    const auto wake = std::max(wake_at().time_since_epoch(), BootClock::duration(1));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wake);
    const itimerspec spec{{}, {seconds.count(), (wake - seconds).count()}};
    ::timerfd_settime(timer_.number(), TFD_TIMER_ABSTIME, &spec, nullptr);
    pollfd watched[] = {{signals_.number(), POLLIN, 0},
                        {timer_.number(), POLLIN, 0},
                        {orders_open_ ? kOrders : -1, POLLIN, 0}};
    ::poll(watched, std::size(watched), -1);
  }

  void read_signals() {
    signalfd_siginfo signal{};
    while (::read(signals_.number(), &signal, sizeof signal) == sizeof signal) {
      if (signal.ssi_signo != SIGCHLD) end(Report::Cause::stop);
    }
  }

  void read_orders() {
    Order order;
    ssize_t got = 0;
    while (orders_open_ && (got = ::read(kOrders, &order, sizeof order)) == sizeof order) {
      switch (order.kind) {
        case Order::Kind::trust_until:
          plan_.trusted_until = at(order.until);
          break;
        case Order::Kind::stop:
          end(Report::Cause::stop);
          break;
      }
    }
    if (got != 0 || !orders_open_) return;
    orders_open_ = false;
    end(Report::Cause::distrust);
  }

  void reap() {
    for (;;) {
      int status = 0;
      const pid_t pid = ::waitpid(-1, &status, WNOHANG);
      alone_ = pid < 0 && errno == ECHILD;
      if (pid <= 0) break;
      if (pid != command_) continue;
      ended_ = true;
      status_ = status;
    }
    // What the command left behind goes the same way; that it ended by itself stays true.
    if (ended_ && !alone_) end(Report::Cause::itself);
  }

  void proceed() {
    const auto now = BootClock::now();
    if (!ended_ && now >= plan_.deadline) end(Report::Cause::timeout);
    if (!ended_ && now >= plan_.trusted_until) end(Report::Cause::distrust);
    if (phase_ == Phase::ending && now >= kill_at_) {
      phase_ = Phase::killing;
      give_up_at_ = now + kPatience;
    }
    if (phase_ == Phase::killing) send(SIGKILL);
    if (phase_ == Phase::killing && !ended_ && now >= give_up_at_) ended_ = true;
  }

  /// Begins to end everything; the first cause counts.
  void end(Report::Cause cause) {
    if (phase_ != Phase::running) return;
    phase_ = Phase::ending;
    cause_ = cause;
    kill_at_ = BootClock::now() + plan_.grace;
    send(SIGTERM);
    // What is stopped hears nothing else.
    send(SIGCONT);
  }

  void send(int signal) const {
    if (!ended_) ::kill(-command_, signal);
    for (const pid_t pid : descendants()) {
      if (ended_ || ::getpgid(pid) != command_) ::kill(pid, signal);
    }
  }

  Plan plan_;
  Descriptor signals_;
  Descriptor timer_;
  bool orders_open_ = true;
  pid_t command_ = -1;
  Phase phase_ = Phase::running;
  Report::Cause cause_ = Report::Cause::itself;
  BootClock::time_point kill_at_;
  BootClock::time_point give_up_at_ = BootClock::time_point::max();
  bool ended_ = false;  ///< the command itself
  bool alone_ = false;  ///< and all that it began
  int status_ = 0;
};

}  // namespace

int supervise(std::span<char* const> arguments) {
  auto plan = read_plan(arguments);
  if (!plan) return kBadUse;
  return Supervisor(std::move(*plan)).run();
}

}  // namespace notes::scheduler
