#include "cli/exit_code.hpp"

#include <array>

#include <doctest/doctest.h>

#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::cli;

TEST_CASE("every error code has the documented exit code") {
  struct Case {
    ErrorCode code;
    int exit_code;
  };
  constexpr std::array kCases{
      Case{ErrorCode::usage, 1},       Case{ErrorCode::invalid, 1},
      Case{ErrorCode::not_found, 1},   Case{ErrorCode::statement_failed, 2},
      Case{ErrorCode::pending, 3},     Case{ErrorCode::inconsistent, 4},
      Case{ErrorCode::altered, 5},     Case{ErrorCode::locked, 6},
      Case{ErrorCode::unreachable, 7}, Case{ErrorCode::overloaded, 7},
      Case{ErrorCode::interrupted, 8}, Case{ErrorCode::deadline_exceeded, 8},
      Case{ErrorCode::refused, 9},     Case{ErrorCode::unconfirmed, 10},
      Case{ErrorCode::internal, 70}};
  const std::string page = tests::read_file(NOTES_SOURCE_DIR "/docs/exit-codes.md");
  for (const auto& [code, exit_code] : kCases) {
    CAPTURE(to_string(code));
    CHECK(static_cast<int>(exit_code_of(code)) == exit_code);
    CHECK(page.find("\n| " + std::to_string(exit_code) + " |") != std::string::npos);
  }
}
