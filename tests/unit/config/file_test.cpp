#include "config/file.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::config;

TEST_CASE("a file is read whole, up to the limit") {
  const tests::TemporaryDirectory directory;
  const std::string text("a\0b\r\n", 5);
  const auto path = directory.write("f", text);
  CHECK(read_text_file(path, 5) == text);
  CHECK_THROWS_WITH_AS(read_text_file(path, 4), (path.string() + ": larger than 4 bytes").c_str(),
                       Error);
}

TEST_CASE("a file that is not there, and a directory, are refused with the system's reason") {
  const tests::TemporaryDirectory directory;
  const auto missing = (directory.path() / "missing").string();
  CHECK_THROWS_WITH_AS(read_text_file(missing, 9),
                       (missing + ": cannot be read: No such file or directory").c_str(), Error);
  CHECK_THROWS_WITH_AS(read_text_file(directory.path(), 9),
                       (directory.path().string() + ": cannot be read: Is a directory").c_str(),
                       Error);
}
