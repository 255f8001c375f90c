#pragma once

#include <string_view>

#include "cli/output.hpp"
#include "cli/terminal.hpp"

namespace notes::cli {

/// One line at the bottom of a terminal that is written over: what goes on right now. On anything
/// but a terminal it writes nothing. For one thread at a time.
class ProgressLine {
 public:
  /// `output` must outlive it.
  ProgressLine(Output& output, const Terminal& terminal);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// Takes the line away.
  ~ProgressLine();

  /// Puts the text, cut to the terminal's width, in place of the line.
  void show(std::string_view text);
  /// Takes the line away, for what is printed in between.
  void clear();

 private:
  Output& output_;
  Terminal terminal_;
  bool shown_ = false;
};

}  // namespace notes::cli
