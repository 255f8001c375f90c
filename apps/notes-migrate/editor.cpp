#include "editor.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/error.hpp"

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

/// A program inherits ignored signals and the mask: it gets them as a shell would give them.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> found;
  for (auto& text : texts) found.push_back(text.data());
  found.push_back(nullptr);
  return found;
}

}  // namespace

void edit_file(const std::filesystem::path& file, const config::Variables& variables) {
  std::string editor(config::value_of(variables, "VISUAL"));
  if (editor.empty()) editor = config::value_of(variables, "EDITOR");
  if (editor.empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("no editor is set; say EDITOR=vi, or open {} yourself", file.string()));
  }
  std::vector<std::string> arguments{"sh", "-c", editor + " \"$1\"", "sh", file.string()};
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  const auto argument_pointers = pointers(arguments);
  const auto environment_pointers = pointers(environment);

  const SignalsLeftToTheChild signals;
  const Attributes attributes;
  pid_t child = 0;
  const int error = ::posix_spawn(&child, "/bin/sh", nullptr, attributes.get(),
                                  argument_pointers.data(), environment_pointers.data());
  if (error != 0) {
    throw Error(ErrorCode::usage, fmt::format("/bin/sh cannot be started: {}",
                                              std::generic_category().message(error)));
  }
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
