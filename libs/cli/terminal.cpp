#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace notes::cli {
namespace {

int parameter_of(Style style) {
  switch (style) {
    case Style::bold:
      return 1;
    case Style::dim:
      return 2;
    case Style::red:
      return 31;
    case Style::green:
      return 32;
    case Style::yellow:
      return 33;
  }
  return 0;
}

}  // namespace

Terminal terminal_at(int descriptor, const config::Variables& variables) {
  Terminal terminal;
  const auto kind = config::value_of(variables, "TERM");
  if (::isatty(descriptor) == 0 || kind.empty() || kind == "dumb") return terminal;
  terminal.interactive = true;
  terminal.colour = config::value_of(variables, "NO_COLOR").empty();
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.width = size.ws_col;
  return terminal;
}

std::string styled(const Terminal& terminal, Style style, std::string_view text) {
  if (!terminal.colour) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", parameter_of(style), text);
}

}  // namespace notes::cli
