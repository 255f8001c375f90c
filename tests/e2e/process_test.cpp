#include "e2e/process.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/temporary_directory.hpp"

using namespace std::chrono_literals;

namespace notes::tests {
namespace {

const std::filesystem::path kShell = "/bin/sh";

ProcessOptions script(std::string text) {
  return {.arguments = {"-c", std::move(text)}, .environment = {}, .input = {}};
}

int open_pid(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

bool ends(int pid_descriptor, std::chrono::milliseconds patience) {
  pollfd ended{pid_descriptor, POLLIN, 0};
  return ::poll(&ended, 1, static_cast<int>(patience.count())) == 1;
}

}  // namespace

TEST_CASE("run gives both streams and the exit code") {
  const Finished finished = run(kShell, script("echo out; echo err >&2; exit 7"));
  CHECK(finished.status == ExitStatus{.code = 7, .signal = std::nullopt});
  CHECK(finished.output == "out\n");
  CHECK(finished.errors == "err\n");
}

TEST_CASE("a process reads its input to the end and sees only the environment it is given") {
  const TemporaryDirectory directory;
  const Finished finished = run(kShell, {.arguments = {"-c", "cat; echo \"$NAME|$HOME\"; pwd"},
                                         .environment = {{"NAME", "a b"}},
                                         .directory = directory.path(),
                                         .input = "one\ntwo\n"});
  CHECK(finished.output == "one\ntwo\na b|\n" + directory.path().string() + "\n");
}

TEST_CASE("more output than a pipe holds is collected whole") {
  const Finished finished = run(kShell, script("head -c 3000000 /dev/zero"));
  CHECK(finished.output == std::string(3'000'000, '\0'));
}

TEST_CASE("a process that a signal ended says which") {
  Process process(kShell, script("echo ready; read line_that_never_comes < /dev/zero"));
  CHECK(process.wait_for_line(Stream::output, "ready") == "ready");
  CHECK(process.running());
  process.signal(SIGKILL);
  CHECK(process.wait() == ExitStatus{.code = std::nullopt, .signal = SIGKILL});
  CHECK_FALSE(process.running());
}

TEST_CASE("a process that does not end is reported with what it wrote") {
  Process process(kShell, script("echo busy; exec sleep 1000"));
  process.wait_for_line(Stream::output, "busy");
  CHECK_THROWS_AS(process.wait(1ms), std::runtime_error);
}

TEST_CASE("a line that never comes is an error as soon as the stream ends") {
  Process process(kShell, script("echo first; printf unfinished"));
  CHECK_THROWS_AS(process.wait_for_line(Stream::output, "unfinished"), std::runtime_error);
  CHECK(process.wait_for_line(Stream::output, "first") == "first");
}

TEST_CASE("the end of a Process kills its children too and leaves no zombie") {
  pid_t leader = 0;
  int child = -1;
  {
    Process process(kShell, script("sleep 1000 & echo child $!; wait"));
    leader = process.pid();
    child = open_pid(std::stoi(process.wait_for_line(Stream::output, "child").substr(6)));
    REQUIRE(child >= 0);
    REQUIRE_FALSE(ends(child, 0ms));
  }
  CHECK((::kill(leader, 0) < 0 && errno == ESRCH));
  CHECK(ends(child, kPatience));
  ::close(child);
}

TEST_CASE("a program that does not exist is an error at the start") {
  CHECK_THROWS_AS(Process("/nonexistent/program"), std::system_error);
}

}  // namespace notes::tests
