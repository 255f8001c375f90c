#include "cli/progress.hpp"

#include "cli/display.hpp"

namespace notes::cli {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[2K";

}  // namespace

ProgressLine::ProgressLine(Output& output, const Terminal& terminal)
    : output_(output), terminal_(terminal) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(std::string_view text) {
  if (!terminal_.interactive) return;
  output_.write(kEraseLine);
  // One column less: a full line would scroll.
  output_.write(fitted(printable(text, LineBreaks::escaped), terminal_.width - 1));
  output_.flush();
  shown_ = true;
}

void ProgressLine::clear() {
  if (!shown_) return;
  output_.write(kEraseLine);
  output_.flush();
  shown_ = false;
}

}  // namespace notes::cli
