#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "process/descriptor.hpp"
#include "process/spawn.hpp"

namespace notes::transfer {

using process::Descriptor;
using process::make_pipe;
using process::Pipe;
using process::try_write;

/// A program that runs beside this one. A stop request, and the end of the object, end it.
class ChildProcess {
 public:
  struct Options {
    std::string program;  ///< found by PATH
    std::vector<std::string> arguments = {};
    process::Environment environment = {};  ///< all of it
    int input = -1;                         ///< its standard input; -1: nothing
    int output = -1;                        ///< its standard output; -1: nowhere
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
