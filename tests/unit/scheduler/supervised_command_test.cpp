#include "scheduler/supervised_command.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "e2e/process.hpp"
#include "process/descriptor.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::scheduler;
using namespace std::chrono_literals;

namespace {

SupervisedCommand shell(std::string script) {
  return {.arguments = {"/bin/sh", "-c", std::move(script)},
          .environment = {{"PATH", "/usr/bin:/bin"}},
          .supervisor = NOTES_COMMAND_PARENT};
}

/// A process of which only the number is known.
class Stranger {
 public:
  explicit Stranger(pid_t pid) : descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

  /// Waits for its end; false when it does not come. One that is gone already is no process.
  bool gone(std::chrono::milliseconds patience = tests::kPatience) const {
    if (descriptor_.number() < 0) return true;
    pollfd watched{descriptor_.number(), POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(patience.count())) == 1;
  }

 private:
  process::Descriptor descriptor_;
};

/// The numbers in a text, one a line.
std::vector<pid_t> numbers(std::string_view text) {
  std::vector<pid_t> all;
  while (!text.empty()) {
    pid_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{}) all.push_back(number);
    text.remove_prefix(
        std::min(text.find('\n', static_cast<std::size_t>(end - text.data())), text.size() - 1) +
        1);
  }
  return all;
}

// The command itself, a child of its group, a daemon in a session of its own whose parent has left,
// and none of them heeds TERM. Each writes its number.
constexpr std::string_view kStubborn = R"(
exec > $PIDS
trap '' TERM
echo $$
sh -c 'echo $$; while :; do sleep 600; done' &
setsid sh -c '(sh -c "echo \$\$; while :; do sleep 600; done") &'
while :; do sleep 600; done
)";

/// The stubborn command under a parent process of its own.
struct Stubborn {
  explicit Stubborn(const std::string& grace, const std::string& timeout, const std::string& trust)
      : script(directory.write("stubborn", kStubborn)),
        pids(open_fifo(directory.path() / "pids")),
        parent(NOTES_COMMAND_PARENT,
               {.arguments = {grace, timeout, trust, "/bin/sh", script.string()},
                .environment = {{"PIDS", (directory.path() / "pids").string()}},
                .input = {}}) {
    std::string text;
    while (std::count(text.begin(), text.end(), '\n') < 3) {
      pollfd watched{pids.number(), POLLIN, 0};
      REQUIRE(::poll(&watched, 1, static_cast<int>(tests::kPatience.count())) == 1);
      char buffer[256];
      const auto got = ::read(pids.number(), buffer, sizeof buffer);
      text.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    for (const pid_t pid : numbers(text)) strangers.emplace_back(pid);
    REQUIRE(strangers.size() == 3);
  }

  static process::Descriptor open_fifo(const std::filesystem::path& path) {
    ::mkfifo(path.c_str(), 0600);
    return process::Descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  }

  tests::TemporaryDirectory directory;
  std::filesystem::path script;
  process::Descriptor pids;
  tests::Process parent;
  std::vector<Stranger> strangers;
};

std::set<std::string> open_descriptors() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    names.insert(entry.path().filename());
  }
  return names;
}

}  // namespace

TEST_CASE("a command's output and status come back, and no zombie stays") {
  const auto before = open_descriptors();
  const auto end = run_supervised(shell("echo out; echo err >&2; exit 3"));
  REQUIRE(end.report);
  CHECK(end.report->kind == Report::Kind::ended);
  CHECK(end.report->cause == Report::Cause::itself);
  CHECK(WEXITSTATUS(static_cast<int>(end.report->value)) == 3);
  CHECK(end.report->left_alive == 0);
  CHECK(end.output == "out\nerr\n");
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
  CHECK(open_descriptors() == before);
}

TEST_CASE("a command that a signal killed says which") {
  const auto end = run_supervised(shell("kill -9 $$"));
  REQUIRE(end.report);
  CHECK(WIFSIGNALED(static_cast<int>(end.report->value)));
  CHECK(WTERMSIG(static_cast<int>(end.report->value)) == SIGKILL);
}

TEST_CASE("a program that is not there is reported with its error") {
  auto command = shell("");
  command.arguments = {"/no/such/program"};
  const auto end = run_supervised(command);
  REQUIRE(end.report);
  CHECK(end.report->kind == Report::Kind::not_started);
  CHECK(end.report->value == ENOENT);
}

TEST_CASE("a command has three descriptors, no terminal, default signals, a session of its own") {
  // Beyond the 31 standard signals are those that glibc keeps to itself.
  const auto end =
      run_supervised(shell("ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/fd/0;"
                           "grep -E '^Sig(Blk|Ign):.*[08]0{7}$' /proc/self/status | cut -c1-6;"
                           "[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo own session"));
  // ls has the folder it lists open, as 3.
  CHECK(end.output == "0 1 2 3 /dev/null\nSigBlk\nSigIgn\nown session\n");
}

TEST_CASE("a command that writes ten megabytes is not held up, and a bound is kept") {
  const auto end = run_supervised(shell("head -c 10485760 /dev/zero | tr '\\0' x; echo; echo end"));
  REQUIRE(end.report);
  CHECK(end.report->value == 0);
  CHECK(end.output.size() < 66'000);
  CHECK(end.output.starts_with("xxx"));
  CHECK(end.output.find(" bytes left out]\nxx") != std::string::npos);
  CHECK(end.output.ends_with("x\nend\n"));
}

TEST_CASE("what a command leaves behind is ended with it, and it has still succeeded") {
  tests::TemporaryDirectory directory;
  const auto pids = (directory.path() / "pids").string();
  auto command = shell(
      "setsid sh -c 'sh -c \"trap \\\"\\\" TERM; echo \\$\\$; "
      "while :; do sleep 600; done\" >" +
      pids + " & ' ; while [ ! -s " + pids + " ]; do sleep 0.02; done");
  command.grace = 100ms;
  const auto end = run_supervised(command);
  REQUIRE(end.report);
  CHECK(end.report->cause == Report::Cause::itself);
  CHECK(end.report->value == 0);
  const auto left = numbers(tests::read_file(pids));
  REQUIRE(left.size() == 1);
  CHECK(Stranger(left.front()).gone(0ms));
}

TEST_CASE("at the timeout a command that heeds TERM ends within its grace") {
  auto command = shell("trap 'echo ending; exit 0' TERM; echo begun; while :; do sleep 0.02; done");
  command.timeout = 500ms;
  command.grace = 60s;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = run_supervised(command);
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
  REQUIRE(end.report);
  CHECK(end.report->cause == Report::Cause::timeout);
  CHECK(end.output.starts_with("begun\n"));
  CHECK(end.output.ends_with("ending\n"));
}

TEST_CASE("at the timeout all that ignores TERM is killed, daemons too") {
  Stubborn stubborn("100", "300", "60000");
  for (const auto& stranger : stubborn.strangers) CHECK(stranger.gone());
  CHECK(stubborn.parent.wait() == tests::ExitStatus{.code = 0, .signal = {}});
}

TEST_CASE("a stop request ends a command") {
  std::stop_source stop;
  auto command = shell("echo begun; while :; do sleep 600; done");
  command.stop = stop.get_token();
  command.grace = 60s;
  CommandEnd end;
  std::jthread runner([&] { end = run_supervised(command); });
  stop.request_stop();
  runner.join();
  REQUIRE(end.report);
  CHECK(end.report->cause == Report::Cause::stop);
  CHECK(WTERMSIG(static_cast<int>(end.report->value)) == SIGTERM);
}

TEST_CASE("a command lives as long as its trust is renewed, and no longer") {
  auto command = shell("while :; do sleep 600; done");
  const auto begin = BootClock::now();
  auto trusted_until = begin + 2s;
  command.trusted_until = [&] {
    const auto now = BootClock::now();
    if (now < begin + 1s) trusted_until = now + 2s;
    return trusted_until;
  };
  const auto end = run_supervised(command);
  REQUIRE(end.report);
  CHECK(end.report->cause == Report::Cause::distrust);
  CHECK(BootClock::now() >= trusted_until);
  // The last of the renewals, five in a second, counted.
  CHECK(trusted_until > begin + 2s);
}

TEST_CASE("when the parent is killed, everything that the command began is") {
  Stubborn stubborn("100", "0", "60000");
  stubborn.parent.signal(SIGKILL);
  for (const auto& stranger : stubborn.strangers) CHECK(stranger.gone());
}

TEST_CASE("when the parent is stopped, everything that the command began is killed as trust ends") {
  Stubborn stubborn("100", "0", "1000");
  stubborn.parent.signal(SIGSTOP);
  for (const auto& stranger : stubborn.strangers) CHECK(stranger.gone());
  stubborn.parent.signal(SIGCONT);
  CHECK(stubborn.parent.wait() == tests::ExitStatus{.code = 0, .signal = {}});
}

TEST_CASE("when the supervisor is killed, the command is, and nobody knows how it ended") {
  // The shell's parent is its supervisor.
  const auto end =
      run_supervised(shell("sh -c 'while :; do sleep 600; done' & kill -9 $PPID; wait"));
  CHECK_FALSE(end.report);
}
