#pragma once

#include <cstdio>
#include <string_view>

namespace notes::cli {

/// A stream that the program prints to. A failed write is kept for the end, when run_main looks; a
/// reader that went away
/// (`| head`) is no failure. For one thread at a time.
class Output {
 public:
  /// `stream` must outlive it.
  explicit Output(std::FILE* stream) : stream_(stream) {}

  /// Prints the text as it is; nothing once a write has failed.
  void write(std::string_view text);
  /// Hands what was written to the system.
  void flush();

  /// The errno of the write that failed; 0 when none did, or when the reader went away.
  int failure() const;

 private:
  std::FILE* stream_;
  int error_ = 0;
};

}  // namespace notes::cli
