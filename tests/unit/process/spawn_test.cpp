#include "process/spawn.hpp"

#include <csignal>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "process/descriptor.hpp"

using namespace notes;
using namespace notes::process;

namespace {

int status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string all_of(const Descriptor& from) {
  std::string text;
  char byte = 0;
  while (::read(from.number(), &byte, 1) == 1) text += byte;
  return text;
}

/// What a shell script writes to its standard output; the others are as given.
std::string output_of(const std::string& script, std::vector<int> others = {},
                      Session session = Session::same) {
  auto pipe = make_pipe();
  std::vector<int> descriptors{-1, pipe.write.number(), -1};
  descriptors.insert(descriptors.end(), others.begin(), others.end());
  const pid_t child = spawn({.path = "/bin/sh",
                             .arguments = {"sh", "-c", script},
                             .environment = {{"A", "b c"}},
                             .descriptors = descriptors,
                             .session = session});
  pipe.write.close();
  const auto text = all_of(pipe.read);
  CHECK(status_of(child) == 0);
  return text;
}

}  // namespace

TEST_CASE(
    "a program has the environment, the arguments and the descriptors it is given, no others") {
  const int leaked = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  CHECK(output_of("echo \"$A|$HOME\"; ls /proc/self/fd") == "b c|\n0\n1\n2\n3\n");
  ::close(leaked);
}

TEST_CASE("descriptors that stand where others go are not mixed up") {
  auto first = make_pipe();
  auto second = make_pipe();
  // With numbers as low as theirs in the program, crossed.
  Descriptor low(::fcntl(first.write.number(), F_DUPFD_CLOEXEC, 3));
  Descriptor next(::fcntl(second.write.number(), F_DUPFD_CLOEXEC, 3));
  REQUIRE(low.number() < next.number());
  std::vector<int> others(static_cast<std::size_t>(next.number() - 2), -1);
  others[static_cast<std::size_t>(low.number() - 3)] = next.number();
  others.back() = low.number();
  const auto script = "echo a >/proc/self/fd/" + std::to_string(low.number()) +
                      "; echo b >/proc/self/fd/" + std::to_string(next.number());
  output_of(script, others);
  for (auto* end : {&low, &next, &first.write, &second.write}) end->close();
  CHECK(all_of(second.read) == "a\n");
  CHECK(all_of(first.read) == "b\n");
}

TEST_CASE("a program gets the signals that this one blocks or ignores") {
  ::signal(SIGUSR1, SIG_IGN);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR2);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  // Beyond the 31 standard signals are those that glibc keeps to itself.
  const auto text = output_of("grep -E '^Sig(Blk|Ign):.*[08]0{7}$' /proc/self/status | cut -c1-6");
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGUSR1, SIG_DFL);
  CHECK(text == "SigBlk\nSigIgn\n");
}

TEST_CASE("a session of its own is another than ours") {
  const auto session = "cut -d' ' -f6 /proc/self/stat";
  const auto ours = std::to_string(::getsid(0)) + "\n";
  CHECK(output_of(session) == ours);
  CHECK(output_of(session, {}, Session::own) != ours);
}

TEST_CASE("a program is found by the PATH of its own environment") {
  CHECK(find_program("sh", {{"PATH", "/nowhere:/bin"}}) == "/bin/sh");
  CHECK(find_program("no-such-program", {{"PATH", "/usr/bin:/bin"}}) == std::nullopt);
  CHECK(find_program("sh", {{"PATH", "/nowhere"}}) == std::nullopt);
}

TEST_CASE("a program that is not there is an error that names it") {
  CHECK_THROWS_WITH_AS(spawn({.path = "/no/such", .arguments = {"such"}}),
                       "/no/such: No such file or directory", Error);
}
