#include "cli/progress.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

using namespace notes::cli;

namespace {

/// What a ProgressLine that `use` is called with writes to such a terminal.
template <typename Use>
std::string written(const Terminal& terminal, Use use) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = ::open_memstream(&text, &size);
  {
    Output output(stream);
    ProgressLine line(output, terminal);
    use(line);
  }
  std::fclose(stream);
  const std::string all(text, size);
  std::free(text);
  return all;
}

}  // namespace

TEST_CASE("the progress line is written over, cut to the width, and taken away at the end") {
  const Terminal terminal{.interactive = true, .colour = false, .width = 10};
  CHECK(written(terminal,
                [](ProgressLine& line) {
                  line.show("upgrading");
                  line.show("a longer line\n");
                }) ==
        "\r\x1b[2Kupgrading"
        "\r\x1b[2Ka longer…"
        "\r\x1b[2K");
}

TEST_CASE("nothing is shown where there is no terminal, and nothing cleared that was not shown") {
  CHECK(written(Terminal{}, [](ProgressLine& line) { line.show("upgrading"); }).empty());
  CHECK(written(Terminal{.interactive = true}, [](ProgressLine& line) { line.clear(); }).empty());
}
