#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace notes::transfer {

/// One end of a pipe, or a file; closed at the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int number() const { return number_; }
  void close() noexcept;

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

/// Neither end is inherited. Throws Error{internal}.
Pipe make_pipe();

/// Writes all of it; false when the other end was closed. SIGPIPE must be ignored, as
/// cli::run_main does.
bool try_write(const Descriptor& to, std::string_view bytes);

/// A program that runs beside this one. A stop request, and the end of the object, end it.
class ChildProcess {
 public:
  struct Options {
    std::string program;  ///< found by PATH
    std::vector<std::string> arguments = {};
    std::map<std::string, std::string, std::less<>> environment = {};  ///< all of it
    int input = -1;   ///< its standard input; -1: nothing
    int output = -1;  ///< its standard output; -1: nowhere
  };

  /// Throws Error{usage} when there is no such program; {internal}.
  ChildProcess(const Options& options, const std::stop_token& stop);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// Waits for its end: true when it has succeeded.
  bool succeeded();
  /// The end of what it wrote to standard error, on one line; after succeeded().
  std::string complaint() const;

 private:
  void reap() noexcept;

  std::string program_;
  Descriptor errors_;
  pid_t pid_ = -1;
  int status_ = 0;
  std::stop_token stop_;
  /// While the child is not reaped, so that its number is nobody else's.
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace notes::transfer
