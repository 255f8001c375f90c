#include "cli/terminal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace notes;
using namespace notes::cli;

namespace {

/// The program's side of a pseudo-terminal, 42 columns wide.
class PseudoTerminal {
 public:
  PseudoTerminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(master_ >= 0);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    REQUIRE(slave_ >= 0);
    winsize size{};
    size.ws_col = 42;
    size.ws_row = 10;
    REQUIRE(::ioctl(master_, TIOCSWINSZ, &size) == 0);
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal() {
    ::close(slave_);
    ::close(master_);
  }

  int descriptor() const { return slave_; }

 private:
  int master_;
  int slave_ = -1;
};

}  // namespace

TEST_CASE("a terminal has colours and its width") {
  const PseudoTerminal pseudo;
  const auto terminal = terminal_at(pseudo.descriptor(), {{"TERM", "xterm"}});
  CHECK(terminal.interactive);
  CHECK(terminal.colour);
  CHECK(terminal.width == 42);
  CHECK(styled(terminal, Style::red, "error:") == "\x1b[31merror:\x1b[0m");
}

TEST_CASE("NO_COLOR takes the colours away when it is not empty") {
  const PseudoTerminal pseudo;
  const auto without = terminal_at(pseudo.descriptor(), {{"TERM", "xterm"}, {"NO_COLOR", "1"}});
  CHECK(without.interactive);
  CHECK_FALSE(without.colour);
  CHECK(styled(without, Style::bold, "text") == "text");
  CHECK(terminal_at(pseudo.descriptor(), {{"TERM", "xterm"}, {"NO_COLOR", ""}}).colour);
}

TEST_CASE("a dumb terminal and a pipe take no control sequences") {
  const PseudoTerminal pseudo;
  CHECK_FALSE(terminal_at(pseudo.descriptor(), {{"TERM", "dumb"}}).interactive);
  CHECK_FALSE(terminal_at(pseudo.descriptor(), {}).interactive);
  const int null = ::open("/dev/null", O_WRONLY);
  const auto file = terminal_at(null, {{"TERM", "xterm"}});
  ::close(null);
  CHECK_FALSE(file.interactive);
  CHECK_FALSE(file.colour);
  CHECK(file.width == 80);
}
