#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace notes::tests {

/// The longest that a test waits for something that should come at once, on a busy machine and
/// under a sanitizer.
constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(60);

/// How a process ended: by itself with a code, or by a signal.
struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;

  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

struct ProcessOptions {
  std::vector<std::string> arguments;
  /// Beside PATH, LC_ALL, TZ and the sanitizers' options, which come from the test; nothing else
  /// does.
  std::map<std::string, std::string> environment;
  std::filesystem::path directory = std::filesystem::current_path();
  std::string input;  ///< what it reads on stdin, before the end of file; 64 KiB at most
  /// Its three streams are one pseudo-terminal of 160 columns: all that it writes, and the echo of
  /// what is typed, is its output.
  bool terminal = false;
};

/// What a process has written to one of its streams.
enum class Stream { output, errors };

/// A program that runs as a process group of its own. Its output is collected while it runs. At the
/// end of the object everything in the group is killed and reaped; if the test itself dies, the
/// program dies with it. Thread-safe.
class Process {
 public:
  /// Throws std::system_error when the program cannot be started.
  explicit Process(const std::filesystem::path& program, const ProcessOptions& options = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  /// To the program alone, not to its children.
  void signal(int number) const;
  /// Waits until the program has ended and its streams are read. Throws std::runtime_error, with
  /// what it wrote, when the deadline comes first.
  ExitStatus wait(std::chrono::milliseconds patience = kPatience);
  bool running() const;
  /// Into the terminal's keyboard.
  void type(std::string_view text) const;

  std::string written(Stream stream) const;
  std::string output() const { return written(Stream::output); }
  std::string errors() const { return written(Stream::errors); }
  /// The first whole line that holds `text`, waiting for it. Throws std::runtime_error, with what
  /// was written, when the stream ends or the deadline comes first.
  std::string wait_for_line(Stream stream, std::string_view text,
                            std::chrono::milliseconds patience = kPatience);
  /// The same for a text anywhere, also in a line that is not whole.
  void wait_for(Stream stream, std::string_view text,
                std::chrono::milliseconds patience = kPatience);

 private:
  struct Pipe {
    int descriptor = -1;
    std::string text;
    bool ended = false;
  };

  Pipe& pipe_of(Stream stream) { return stream == Stream::output ? output_ : errors_; }
  const Pipe& pipe_of(Stream stream) const { return stream == Stream::output ? output_ : errors_; }
  void collect(std::stop_token stop);
  void start_on_pipes(const std::filesystem::path& program, const ProcessOptions& options);
  void start_on_terminal(const std::filesystem::path& program, const ProcessOptions& options);
  std::string transcript() const;

  pid_t pid_ = -1;
  int pid_descriptor_ = -1;
  int wake_ = -1;  ///< an eventfd that ends collect()

  mutable std::mutex mutex_;
  // guards: output_, errors_ (but for their descriptors)
  Pipe output_;
  Pipe errors_;
  std::condition_variable grown_;
  std::jthread reader_;
};

/// Runs a program to its end.
struct Finished {
  ExitStatus status;
  std::string output;
  std::string errors;
};
Finished run(const std::filesystem::path& program, const ProcessOptions& options = {},
             std::chrono::milliseconds patience = kPatience);

/// Where the build put one of the project's executables ("notes-server").
std::filesystem::path built(std::string_view name);

}  // namespace notes::tests
