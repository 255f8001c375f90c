#include "cli/output.hpp"

#include <array>
#include <cerrno>
#include <memory>

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::cli;

namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

}  // namespace

TEST_CASE("output arrives as it was written") {
  const tests::TemporaryDirectory directory;
  const auto path = directory.path() / "out";
  {
    const File file(std::fopen(path.c_str(), "w"));
    Output output(file.get());
    output.write("a\n");
    output.write("");
    output.write("회의\n");
    output.flush();
    CHECK(output.failure() == 0);
    CHECK(tests::read_file(path) == "a\n회의\n");
  }
}

TEST_CASE("a full disk is kept as the failure of the output") {
  const File file(std::fopen("/dev/full", "w"));
  REQUIRE(file);
  Output output(file.get());
  output.write("lost");
  output.flush();
  CHECK(output.failure() == ENOSPC);
}

TEST_CASE("a reader that went away is no failure, and takes nothing more") {
  ::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  ::close(ends[0]);
  const File file(::fdopen(ends[1], "w"));
  Output output(file.get());
  for (int i = 0; i < 10'000; ++i) output.write("0123456789\n");
  output.flush();
  CHECK(output.failure() == 0);
}
