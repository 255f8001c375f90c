#include "seed/runner.hpp"

#include <optional>

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using config::Environment;

namespace {

std::optional<ErrorCode> refusal(std::string_view seeds, Environment application,
                                 seed::Confirmed confirmed = seed::Confirmed::no) {
  try {
    seed::check_environment(seeds, application, confirmed);
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the seeds of production and an application elsewhere need a confirmation") {
  CHECK(refusal("dev", Environment::development) == std::nullopt);
  CHECK(refusal("staging", Environment::testing) == std::nullopt);
  CHECK(refusal("prod", Environment::production) == std::nullopt);
  CHECK(refusal("prod", Environment::development) == ErrorCode::unconfirmed);
  CHECK(refusal("prod", Environment::testing) == ErrorCode::unconfirmed);
  CHECK(refusal("dev", Environment::production) == ErrorCode::unconfirmed);
  CHECK(refusal("staging", Environment::production) == ErrorCode::unconfirmed);
  CHECK(refusal("prod", Environment::testing, seed::Confirmed::yes) == std::nullopt);
  CHECK(refusal("dev", Environment::production, seed::Confirmed::yes) == std::nullopt);
}

TEST_CASE("an environment is one of three words, whatever the folders are called") {
  CHECK(refusal("production", Environment::production) == ErrorCode::usage);
  CHECK(refusal("../prod", Environment::development) == ErrorCode::usage);
  CHECK(refusal("", Environment::development, seed::Confirmed::yes) == ErrorCode::usage);
}
