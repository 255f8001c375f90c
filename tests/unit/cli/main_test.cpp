#include "cli/main.hpp"

#include <cstdio>
#include <stdexcept>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::cli;

namespace {

App app() {
  return {.name = "tool",
          .version = "1.2.3",
          .summary = "a tool",
          .commands = {
              {.name = "print",
               .arguments = "[TEXT]",
               .run =
                   [](const Invocation& invocation) {
                     invocation.out().write(invocation.argument(0).value_or("nothing") + "\n");
                     return ExitCode::pending;
                   }},
              {.name = "fail",
               .run = [](const Invocation&) -> ExitCode {
                 throw Error(ErrorCode::locked, "held by 'x'\n  since \x1b[2Jnoon");
               }},
              {.name = "break",
               .run = [](const Invocation&) -> ExitCode { throw std::runtime_error("a bug"); }},
              {.name = "much", .run = [](const Invocation& invocation) {
                 for (int i = 0; i < 100'000; ++i) invocation.out().write("line\n");
                 return ExitCode::ok;
               }}}};
}

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string error;
};

/// Runs the program in a process of its own with standard output going to `out` (a file of its own
/// when empty).
Outcome run(std::vector<const char*> words, const char* out = "") {
  const tests::TemporaryDirectory directory;
  const auto out_path = (directory.path() / "out").string();
  const auto error_path = (directory.path() / "error").string();
  words.insert(words.begin(), "tool");
  std::fflush(nullptr);  // or the child writes it once more
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int to = ::open(*out == '\0' ? out_path.c_str() : out, O_WRONLY | O_CREAT, 0600);
    const int error = ::open(error_path.c_str(), O_WRONLY | O_CREAT, 0600);
    ::dup2(to, STDOUT_FILENO);
    ::dup2(error, STDERR_FILENO);
    ::_exit(run_main(static_cast<int>(words.size()), words.data(), app()));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return {WEXITSTATUS(status), *out == '\0' ? tests::read_file(out_path) : "",
          tests::read_file(error_path)};
}

}  // namespace

TEST_CASE("a command's exit code is the program's") {
  const auto outcome = run({"print", "회의"});
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.out == "회의\n");
  CHECK(outcome.error.empty());
}

TEST_CASE("an error becomes a message and its exit code, and cannot drive the terminal") {
  const auto outcome = run({"fail"});
  CHECK(outcome.exit_code == 6);
  CHECK(outcome.out.empty());
  CHECK(outcome.error == "tool: error: held by 'x'\n  since \\u001b[2Jnoon\n");
}

TEST_CASE("a foreign exception is an internal error") {
  const auto outcome = run({"break"});
  CHECK(outcome.exit_code == 70);
  CHECK(outcome.error == "tool: error: internal: a bug\n");
}

TEST_CASE("a wrong command line ends in 1 with a hint on standard error") {
  const auto outcome = run({"prin"});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.error ==
        "tool: error: there is no command 'prin' (did you mean 'print'?)\nTry 'tool --help'.\n");
}

TEST_CASE("help and version go to standard output") {
  CHECK(run({"--version"}).out == "tool 1.2.3\n");
  const auto help = run({"--help"});
  CHECK(help.exit_code == 0);
  CHECK(help.out.starts_with("tool 1.2.3: a tool\n\nUsage: tool COMMAND [OPTION...]\n"));
}

TEST_CASE("a full disk under standard output fails the program") {
  for (const auto* command : {"print", "much"}) {
    const auto outcome = run({command}, "/dev/full");
    CHECK(outcome.exit_code == 74);
    CHECK(outcome.error == "tool: error: standard output: No space left on device\n");
  }
}
