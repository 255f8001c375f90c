#pragma once

#include <string_view>

namespace notes::process {

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

/// Throws Error{internal}: "a pipe: Too many open files".
[[noreturn]] void fail(std::string_view what, int error);

}  // namespace notes::process
