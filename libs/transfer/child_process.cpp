#include "transfer/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"

namespace notes::transfer {

ChildProcess::ChildProcess(const Options& options, const std::stop_token& stop)
    : program_(options.program), errors_(::memfd_create("errors", MFD_CLOEXEC)), stop_(stop) {
  if (errors_.number() < 0) process::fail("memfd_create", errno);
  const auto place = process::find_program(program_, options.environment);
  if (!place) {
    throw Error(ErrorCode::usage,
                fmt::format("{}: there is no such program on PATH; install PostgreSQL's client "
                            "programs (Debian: postgresql-client)",
                            program_));
  }
  std::vector<std::string> arguments{program_};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  pid_ = process::spawn({.path = *place,
                         .arguments = std::move(arguments),
                         .environment = options.environment,
                         .descriptors = {options.input, options.output, errors_.number()}});
  on_stop_.emplace(stop_, [child = pid_] { ::kill(child, SIGTERM); });
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  reap();
}

void ChildProcess::reap() noexcept {
  on_stop_.reset();
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool ChildProcess::succeeded() {
  if (pid_ > 0) {
    siginfo_t ended{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    reap();
  }
  if (stop_.stop_requested()) throw Error(ErrorCode::interrupted, program_ + " was stopped");
  return WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
}

std::string ChildProcess::complaint() const {
  constexpr std::size_t kMost = 2000;
  const auto size =
      static_cast<std::size_t>(std::max<off_t>(0, ::lseek(errors_.number(), 0, SEEK_END)));
  std::string text(std::min(size, kMost), '\0');
  const auto got =
      ::pread(errors_.number(), text.data(), text.size(), static_cast<off_t>(size - text.size()));
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, got)));
  while (text.ends_with('\n')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (!text.empty()) return text;
  if (WIFSIGNALED(status_))
    return fmt::format("{}: ended by signal {}", program_, WTERMSIG(status_));
  return fmt::format("{}: ended with status {}", program_, WEXITSTATUS(status_));
}

}  // namespace notes::transfer
