#include "scheduler/supervised_command.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/descriptor.hpp"
#include "scheduler/bounded_output.hpp"

namespace notes::scheduler {
namespace {

using process::Descriptor;
using process::Pipe;

/// How often trust is renewed: several times within the shortest lease.
constexpr int kRenewalMilliseconds = 200;

std::int64_t nanoseconds(BootClock::time_point point) { return point.time_since_epoch().count(); }

BootClock::time_point trust(const SupervisedCommand& command) {
  return command.trusted_until ? command.trusted_until() : BootClock::time_point::max();
}

void do_not_wait(const Descriptor& descriptor) {
  ::fcntl(descriptor.number(), F_SETFL, O_NONBLOCK);
}

/// A supervisor as its parent sees it.
class Watch {
 public:
  explicit Watch(const SupervisedCommand& command)
      : command_(command), woken_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (woken_.number() < 0) process::fail("an eventfd", errno);
    const auto trusted_until = trust(command);
    sent_ = trusted_until;
    const auto deadline =
        command.timeout ? BootClock::now() + *command.timeout : BootClock::time_point::max();
    std::vector<std::string> arguments{
        "notes-cron", kSuperviseArgument, fmt::format("{}", command.grace.count()),
        fmt::format("{}", nanoseconds(deadline)), fmt::format("{}", nanoseconds(trusted_until))};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    supervisor_ =
        process::spawn({.path = command.supervisor,
                        .arguments = std::move(arguments),
                        .environment = command.environment,
                        .descriptors = {-1, output_.write.number(), output_.write.number(),
                                        orders_.read.number(), reports_.write.number()},
                        .session = process::Session::own});
    output_.write.close();
    orders_.read.close();
    reports_.write.close();
    do_not_wait(output_.read);
    do_not_wait(orders_.write);
    do_not_wait(reports_.read);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { reap(); }

  CommandEnd run() {
    const std::stop_callback on_stop(command_.stop, [this] {
      const std::uint64_t one = 1;
      static_cast<void>(!::write(woken_.number(), &one, sizeof one));
    });
    while (!over_) {
      if (command_.stop.stop_requested()) {
        order_stop();
      } else {
        renew_trust();
      }
      wait();
      read_output();
      read_reports();
    }
    read_output();
    reap();
    if (!last_) end_group();
    return {last_, kept_.text()};
  }

 private:
  void wait() const {
    // Once a stop is ordered, the eventfd has nothing new to say.
    pollfd watched[] = {{output_open_ ? output_.read.number() : -1, POLLIN, 0},
                        {reports_.read.number(), POLLIN, 0},
                        {stop_ordered_ ? -1 : woken_.number(), POLLIN, 0}};
    ::poll(watched, std::size(watched), stop_ordered_ ? -1 : kRenewalMilliseconds);
  }

  void send(const Order& order) {
    // A supervisor that does not read is stopped or gone: it hears of the end of the pipe, if of
    // anything.
    static_cast<void>(!::write(orders_.write.number(), &order, sizeof order));
  }

  void renew_trust() {
    const auto trusted_until = trust(command_);
    if (trusted_until == sent_) return;
    sent_ = trusted_until;
    send({Order::Kind::trust_until, nanoseconds(trusted_until)});
  }

  void order_stop() {
    if (stop_ordered_) return;
    stop_ordered_ = true;
    send({Order::Kind::stop, 0});
  }

  /// As much as there is: a command never waits for a reader.
  void read_output() {
    std::array<char, 16 * 1024> buffer;
    while (output_open_) {
      const auto got = ::read(output_.read.number(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return;
      if (got == 0) output_open_ = false;
      kept_.add({buffer.data(), static_cast<std::size_t>(got)});
    }
  }

  void read_reports() {
    Report report;
    ssize_t got = 0;
    while ((got = ::read(reports_.read.number(), &report, sizeof report)) == sizeof report) {
      if (report.kind == Report::Kind::started) {
        group_ = static_cast<pid_t>(report.value);
        continue;
      }
      last_ = report;
      over_ = true;
      return;
    }
    if (got == 0) over_ = true;
  }

  /// The supervisor was killed, and what it watched over with it, but for what the command had
  /// begun.
  void end_group() const {
    if (group_ > 0) ::kill(-group_, SIGKILL);
  }

  void reap() noexcept {
    orders_.write.close();
    if (supervisor_ <= 0) return;
    while (::waitpid(supervisor_, nullptr, 0) < 0 && errno == EINTR) {
    }
    supervisor_ = -1;
  }

  const SupervisedCommand& command_;
  Descriptor woken_;
  Pipe output_ = process::make_pipe();
  Pipe orders_ = process::make_pipe();
  Pipe reports_ = process::make_pipe();
  pid_t supervisor_ = -1;
  pid_t group_ = -1;
  BootClock::time_point sent_;
  bool stop_ordered_ = false;
  bool output_open_ = true;
  bool over_ = false;
  std::optional<Report> last_;
  BoundedOutput kept_;
};

}  // namespace

CommandEnd run_supervised(const SupervisedCommand& command) { return Watch(command).run(); }

}  // namespace notes::scheduler
