#include "e2e/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace notes::tests {
namespace {

constexpr std::array kInherited = {"PATH",         "LC_ALL",        "TZ",
                                   "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

void check(int result, const std::string& what) {
  if (result < 0) fail(errno, what);
}

/// pidfd_open(2); glibc 2.36 declares it without C linkage.
int open_pid(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct PipeEnds {
  Descriptor read;
  Descriptor write;
};

PipeEnds open_pipe() {
  std::array<int, 2> ends{};
  check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// The actions and attributes of one posix_spawn.
class Spawn {
 public:
  Spawn() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  void connect(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
  void enter(const std::filesystem::path& directory) {
    ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
  }

  /// A process group of its own, with no signal ignored or blocked.
  pid_t start(std::vector<std::string> arguments, std::vector<std::string> environment) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> argv = pointers(arguments);
    std::vector<char*> envp = pointers(environment);
    pid_t pid = -1;
    const int error =
        ::posix_spawnp(&pid, argv[0], &actions_, &attributes_, argv.data(), envp.data());
    if (error != 0) fail(error, "start " + arguments[0]);
    return pid;
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::map<std::string, std::string> variables;
  for (const char* name : kInherited) {
    if (const char* value = ::getenv(name); value != nullptr) variables[name] = value;
  }
  for (const auto& [name, value] : options.environment) variables[name] = value;
  std::vector<std::string> result;
  for (const auto& [name, value] : variables) result.push_back(name + "=" + value);
  return result;
}

/// The program's pid. setpriv becomes the program, and has the kernel kill it when the thread that
/// started it ends: no test that crashes or runs out of its time leaves a server behind.
pid_t start(const std::filesystem::path& program, const ProcessOptions& options,
            const std::array<int, 3>& streams) {
  Spawn spawn;
  spawn.enter(options.directory);
  for (int number = 0; number < 3; ++number)
    spawn.connect(streams[static_cast<std::size_t>(number)], number);
  std::vector<std::string> arguments = {"setpriv", "--pdeathsig", "KILL", "--",
                                        std::filesystem::absolute(program)};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  return spawn.start(std::move(arguments), environment_of(options));
}

/// The first whole line at or behind `from` that holds `text`; moves `from` to the first line not
/// looked at.
std::optional<std::string> find_line(std::string_view all, std::string_view text,
                                     std::size_t& from) {
  for (;;) {
    const std::size_t end = all.find('\n', from);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = all.substr(from, end - from);
    from = end + 1;
    if (line.find(text) != std::string_view::npos) return std::string(line);
  }
}

}  // namespace

Process::Process(const std::filesystem::path& program, const ProcessOptions& options) {
  if (!std::filesystem::exists(program)) fail(ENOENT, "start " + program.string());
  Descriptor wake(::eventfd(0, EFD_CLOEXEC));
  check(wake.get(), "eventfd");
  if (options.terminal) {
    start_on_terminal(program, options);
  } else {
    start_on_pipes(program, options);
  }
  pid_descriptor_ = open_pid(pid_);
  check(pid_descriptor_, "pidfd_open");
  wake_ = wake.release();
  reader_ = std::jthread([this](std::stop_token stop) { collect(std::move(stop)); });
}

void Process::start_on_pipes(const std::filesystem::path& program, const ProcessOptions& options) {
  PipeEnds input = open_pipe();
  PipeEnds output = open_pipe();
  PipeEnds errors = open_pipe();
  if (!options.input.empty()) {
    check(::fcntl(input.write.get(), F_SETFL, O_NONBLOCK), "fcntl");
    const ssize_t put = ::write(input.write.get(), options.input.data(), options.input.size());
    if (put != static_cast<ssize_t>(options.input.size()))
      throw std::invalid_argument("input: over 64 KiB");
  }
  pid_ = start(program, options, {input.read.get(), output.write.get(), errors.write.get()});
  output_.descriptor = output.read.release();
  errors_.descriptor = errors.read.release();
}

void Process::start_on_terminal(const std::filesystem::path& program,
                                const ProcessOptions& options) {
  Descriptor keyboard(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  check(keyboard.get(), "posix_openpt");
  check(::grantpt(keyboard.get()), "grantpt");
  check(::unlockpt(keyboard.get()), "unlockpt");
  std::array<char, 64> name{};
  check(-::ptsname_r(keyboard.get(), name.data(), name.size()), "ptsname_r");
  const Descriptor screen(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  check(screen.get(), "open the terminal");
  const winsize size{.ws_row = 24, .ws_col = 160, .ws_xpixel = 0, .ws_ypixel = 0};
  check(::ioctl(screen.get(), TIOCSWINSZ, &size), "TIOCSWINSZ");
  pid_ = start(program, options, {screen.get(), screen.get(), screen.get()});
  output_.descriptor = keyboard.release();
  errors_.ended = true;
}

void Process::type(std::string_view text) const {
  const ssize_t put = ::write(output_.descriptor, text.data(), text.size());
  if (put != static_cast<ssize_t>(text.size())) fail(errno, "type");
}

Process::~Process() {
  // Until it is reaped below, the pid belongs to this process and the group cannot be anybody
  // else's.
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);  // before setpriv's parent has set the group
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) < 0 && errno == EINTR) {
  }
  reader_.request_stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t woken = ::write(wake_, &one, sizeof one);
  reader_.join();
  for (const int descriptor : {output_.descriptor, errors_.descriptor, wake_, pid_descriptor_})
    ::close(descriptor);
}

void Process::collect(std::stop_token stop) {
  std::array<char, 16384> block{};
  while (!stop.stop_requested() && !(output_.ended && errors_.ended)) {
    std::array<pollfd, 3> waiting{{{output_.ended ? -1 : output_.descriptor, POLLIN, 0},
                                   {errors_.ended ? -1 : errors_.descriptor, POLLIN, 0},
                                   {wake_, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < 2; ++i) {
      if (waiting[i].revents == 0) continue;
      const ssize_t got = ::read(waiting[i].fd, block.data(), block.size());
      const std::lock_guard lock(mutex_);
      Pipe& pipe = i == 0 ? output_ : errors_;
      if (got > 0) pipe.text.append(block.data(), static_cast<std::size_t>(got));
      // A terminal whose other side nobody holds any more ends with EIO.
      if (got == 0 || (got < 0 && errno == EIO)) pipe.ended = true;
    }
    grown_.notify_all();
  }
}

void Process::signal(int number) const { check(::kill(pid_, number), "kill"); }

bool Process::running() const {
  pollfd ended{pid_descriptor_, POLLIN, 0};
  return ::poll(&ended, 1, 0) == 0;
}

ExitStatus Process::wait(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  pollfd ended{pid_descriptor_, POLLIN, 0};
  int ready = 0;
  do {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    ready = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  } while (ready < 0 && errno == EINTR);
  if (ready != 1) throw std::runtime_error("the process has not ended\n" + transcript());
  // Left unreaped: its pid, and so its group's, stays ours until the destructor.
  siginfo_t info{};
  check(::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT), "waitid");
  std::unique_lock lock(mutex_);
  grown_.wait_until(lock, deadline, [this] { return output_.ended && errors_.ended; });
  if (info.si_code == CLD_EXITED) return {.code = info.si_status, .signal = std::nullopt};
  return {.code = std::nullopt, .signal = info.si_status};
}

std::string Process::written(Stream stream) const {
  const std::lock_guard lock(mutex_);
  return pipe_of(stream).text;
}

std::string Process::wait_for_line(Stream stream, std::string_view text,
                                   std::chrono::milliseconds patience) {
  std::size_t from = 0;
  std::optional<std::string> line;
  std::unique_lock lock(mutex_);
  const Pipe& pipe = pipe_of(stream);
  grown_.wait_for(lock, patience, [&] {
    line = find_line(pipe.text, text, from);
    return line || pipe.ended;
  });
  if (line) return *line;
  lock.unlock();
  throw std::runtime_error("no line with \"" + std::string(text) + "\" came\n" + transcript());
}

void Process::wait_for(Stream stream, std::string_view text, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const Pipe& pipe = pipe_of(stream);
  const auto came = [&] { return pipe.text.find(text) != std::string::npos; };
  grown_.wait_for(lock, patience, [&] { return came() || pipe.ended; });
  if (came()) return;
  lock.unlock();
  throw std::runtime_error("no \"" + std::string(text) + "\" came\n" + transcript());
}

std::string Process::transcript() const {
  return "pid " + std::to_string(pid_) + "\nstdout:\n" + output() + "\nstderr:\n" + errors();
}

Finished run(const std::filesystem::path& program, const ProcessOptions& options,
             std::chrono::milliseconds patience) {
  Process process(program, options);
  const ExitStatus status = process.wait(patience);
  return {status, process.output(), process.errors()};
}

std::filesystem::path built(std::string_view name) {
  return std::filesystem::path(NOTES_BIN_DIR) / name;
}

}  // namespace notes::tests
