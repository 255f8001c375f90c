#include "support/postgres_cluster.hpp"

#include <array>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace notes::tests {
namespace {

// Ends when its standard input does, which is when the test that holds the other end does.
constexpr const char* kLoop =
    "echo \"$NOTES_TEST_POSTGRES_URL\"; "
    "while read -r action; do $NOTES_TEST_POSTGRES_CONTROL $action </dev/null >/dev/null && echo "
    "done; done";

}  // namespace

PostgresCluster::PostgresCluster() {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("pipe2");
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  const std::string script = NOTES_SOURCE_DIR "/scripts/with_postgres";
  std::array<std::string, 4> words{script, "bash", "-c", kLoop};
  std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                                 nullptr};
  const int failed =
      ::posix_spawn(&script_, script.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  to_script_ = input[1];
  from_script_ = output[0];
  if (failed != 0) throw std::runtime_error("cannot start " + script);
  url_ = read_line();
}

PostgresCluster::~PostgresCluster() {
  ::close(to_script_);
  ::close(from_script_);
  int status = 0;
  ::waitpid(script_, &status, 0);
}

void PostgresCluster::control(std::string_view action) {
  const std::string line = std::string(action) + "\n";
  if (::write(to_script_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw std::runtime_error("cannot reach scripts/with_postgres");
  }
  if (read_line() != "done") throw std::runtime_error("pg_ctl " + std::string(action) + " failed");
}

std::string PostgresCluster::read_line() {
  std::string line;
  char c = 0;
  while (::read(from_script_, &c, 1) == 1) {
    if (c == '\n') return line;
    line += c;
  }
  throw std::runtime_error("scripts/with_postgres ended early");
}

}  // namespace notes::tests
