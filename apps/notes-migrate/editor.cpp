#include "editor.hpp"

#include <cerrno>
#include <csignal>
#include <string>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "process/spawn.hpp"

namespace notes::migrate {
namespace {

/// While an editor has the terminal, Ctrl-C is for it alone.
class SignalsLeftToTheChild {
 public:
  SignalsLeftToTheChild() {
    interrupt_ = ::signal(SIGINT, SIG_IGN);
    quit_ = ::signal(SIGQUIT, SIG_IGN);
  }
  SignalsLeftToTheChild(const SignalsLeftToTheChild&) = delete;
  SignalsLeftToTheChild& operator=(const SignalsLeftToTheChild&) = delete;
  ~SignalsLeftToTheChild() {
    ::signal(SIGINT, interrupt_);
    ::signal(SIGQUIT, quit_);
  }

 private:
  sighandler_t interrupt_ = SIG_DFL;
  sighandler_t quit_ = SIG_DFL;
};

}  // namespace

void edit_file(const std::filesystem::path& file, const config::Variables& variables) {
  std::string editor(config::value_of(variables, "VISUAL"));
  if (editor.empty()) editor = config::value_of(variables, "EDITOR");
  if (editor.empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("no editor is set; say EDITOR=vi, or open {} yourself", file.string()));
  }
  const SignalsLeftToTheChild signals;
  const auto child =
      process::spawn({.path = "/bin/sh",
                      .arguments = {"sh", "-c", editor + " \"$1\"", "sh", file.string()},
                      .environment = {variables.begin(), variables.end()},
                      .descriptors = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}});
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error(ErrorCode::usage,
                fmt::format("the editor '{}' ended with status {}; {} is as it left it", editor,
                            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                            file.string()));
  }
}

}  // namespace notes::migrate
