#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace notes;

TEST_CASE("an error carries its code and its message") {
  const Error error(ErrorCode::locked, "held by another run");
  CHECK(error.code() == ErrorCode::locked);
  CHECK(std::string(error.what()) == "held by another run");
  CHECK(error.violations().empty());
  CHECK(to_string(error.code()) == "locked");
  CHECK(to_string(ErrorCode::deadline_exceeded) == "deadline_exceeded");
}

TEST_CASE("broken rules make one error that says them all") {
  const std::vector<Violation> violations{{"/title", "too_long", "at most 200 characters, got 201"},
                                          {"/body", "required", "is required"}};
  const Error error(violations);
  CHECK(error.code() == ErrorCode::invalid);
  CHECK(error.violations() == violations);
  CHECK(std::string(error.what()) == "/title: at most 200 characters, got 201; /body: is required");
}
