#include "transfer/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"

namespace notes::transfer {
namespace {

[[noreturn]] void fail(std::string_view what, int error) {
  throw Error(ErrorCode::internal, fmt::format("{}: {}", what, std::strerror(error)));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// The program's place by the PATH of the child's environment: posix_spawnp would search this
/// program's own. nullopt when there is none.
std::optional<std::string> find_program(const ChildProcess::Options& options) {
  const auto path = options.environment.find("PATH");
  std::string_view rest = "/usr/bin:/bin";
  if (path != options.environment.end()) rest = path->second;
  for (;;) {
    const auto colon = rest.find(':');
    const auto place = std::string(rest.substr(0, colon)) + "/" + options.program;
    if (::access(place.c_str(), X_OK) == 0) return place;
    if (colon == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(colon + 1);
  }
}

/// What the child's three standard descriptors are.
class Actions {
 public:
  Actions(int input, int output, int errors) {
    ::posix_spawn_file_actions_init(&actions_);
    redirect(input, STDIN_FILENO);
    redirect(output, STDOUT_FILENO);
    redirect(errors, STDERR_FILENO);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  void redirect(int from, int to) {
    if (from < 0) {
      ::posix_spawn_file_actions_addopen(&actions_, to, "/dev/null", O_RDWR, 0);
    } else {
      ::posix_spawn_file_actions_adddup2(&actions_, from, to);
    }
  }

  posix_spawn_file_actions_t actions_{};
};

/// The child gets the signals that this program blocks or ignores.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

void Descriptor::close() noexcept {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("a pipe", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool try_write(const Descriptor& to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(to.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return false;
    if (written < 0) fail("a pipe", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

ChildProcess::ChildProcess(const Options& options, const std::stop_token& stop)
    : program_(options.program), errors_(::memfd_create("errors", MFD_CLOEXEC)), stop_(stop) {
  if (errors_.number() < 0) fail("memfd_create", errno);
  std::vector<std::string> arguments{program_};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : options.environment) variables.push_back(name + "=" + value);
  const Actions actions(options.input, options.output, errors_.number());
  const Attributes attributes;
  const auto place = find_program(options);
  if (!place) {
    throw Error(ErrorCode::usage,
                fmt::format("{}: there is no such program on PATH; install PostgreSQL's client "
                            "programs (Debian: postgresql-client)",
                            program_));
  }
  const int error = ::posix_spawn(&pid_, place->c_str(), actions.get(), attributes.get(),
                                  pointers(arguments).data(), pointers(variables).data());
  if (error != 0) fail(program_, error);
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
