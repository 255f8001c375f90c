#include "transfer/reject_report.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::transfer;

TEST_CASE("rejected records are listed as CSV, and nothing is made without one") {
  const tests::TemporaryDirectory directory;
  const auto path = directory.path() / "r.csv";
  RejectReport report(path, 0);
  CHECK(report.add({}) == 0);
  CHECK_FALSE(std::filesystem::exists(path));

  const auto size = report.add({{2, "id", "say \"no\", twice"}, {17, "", "expected 2 fields"}});

  const std::string expected =
      "line,column,reason\r\n2,\"id\",\"say \"\"no\"\", twice\"\r\n17,,\"expected 2 fields\"\r\n";
  CHECK(tests::read_file(path) == expected);
  CHECK(size == expected.size());
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("what a run wrote and did not commit is taken off") {
  const tests::TemporaryDirectory directory;
  const auto path = directory.path() / "r.csv";
  std::uint64_t settled = 0;
  {
    RejectReport report(path, 0);
    settled = report.add({{2, "a", "x"}});
    report.add({{3, "a", "lost"}});
  }
  RejectReport report(path, settled);
  report.add({{3, "a", "again"}});
  CHECK(tests::read_file(path) == "line,column,reason\r\n2,\"a\",\"x\"\r\n3,\"a\",\"again\"\r\n");
}

TEST_CASE("a report that cannot be written is an error that names it") {
  RejectReport report("/dev/full", 0);
  try {
    report.add({{2, "a", "x"}});
    FAIL("written");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unreachable);
    CHECK(std::string(error.what()).starts_with("/dev/full: "));
  }
}
