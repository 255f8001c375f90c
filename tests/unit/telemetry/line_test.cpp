#include "telemetry/line.hpp"

#include <array>
#include <limits>

#include <doctest/doctest.h>

using namespace notes;
using namespace notes::telemetry;

namespace {

// 2026-11-21T11:30:00Z is day 20778 of the epoch.
constexpr Timestamp kMoment(std::chrono::microseconds((20'778LL * 86'400 + 41'400) * 1'000'000 +
                                                      123'456));

std::string json_of(std::string_view message, std::span<const Field> fields = {}) {
  return json_line({kMoment, Level::info, message, fields});
}

std::string text_of(std::string_view message, std::span<const Field> fields = {}) {
  return text_line({kMoment, Level::info, message, fields});
}

constexpr std::string_view kJsonStart =
    R"({"time":"2026-11-21T11:30:00.123456Z","level":"info","message":)";
constexpr std::string_view kTextStart = "2026-11-21T11:30:00.123Z INFO  ";

}  // namespace

TEST_CASE("a JSON line holds time, level, message and the fields in their order") {
  const std::array fields{Field{"method", std::string_view("GET")},
                          Field{"status", std::int64_t{-200}},
                          Field{"bytes", std::numeric_limits<std::uint64_t>::max()},
                          Field{"seconds", 0.25}, Field{"cached", true}};
  CHECK(
      json_line({kMoment, Level::warning, "answered", fields}) ==
      R"({"time":"2026-11-21T11:30:00.123456Z","level":"warning","message":"answered",)"
      R"("method":"GET","status":-200,"bytes":18446744073709551615,"seconds":0.25,"cached":true})");
}

TEST_CASE("a JSON line escapes what RFC 8259 section 7 demands and replaces what is not UTF-8") {
  struct Case {
    std::string_view message;
    std::string_view written;
  };
  constexpr std::array kCases{
      Case{"plain", R"("plain")"},
      Case{"say \"hi\" \\ there", R"("say \"hi\" \\ there")"},
      Case{"two\nlines\r\ttab", R"("two\nlines\r\ttab")"},
      Case{std::string_view("nul\0\x01\x1f", 6), R"("nul\u0000\u0001\u001F")"},
      Case{"회의록 😀", R"("회의록 😀")"},
      Case{"lone \x80 byte", "\"lone \xEF\xBF\xBD byte\""},
      Case{"cut \xED\x9A", "\"cut \xEF\xBF\xBD\xEF\xBF\xBD\""},
      Case{"overlong \xC0\xAF", "\"overlong \xEF\xBF\xBD\xEF\xBF\xBD\""},
      Case{"surrogate \xED\xA0\x80", "\"surrogate \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}};
  for (const auto& [message, written] : kCases) {
    CAPTURE(message);
    CHECK(json_of(message) == std::string(kJsonStart) + std::string(written) + "}");
  }
}

TEST_CASE("a JSON line has null for numbers that JSON does not have") {
  const std::array fields{Field{"rate", std::numeric_limits<double>::quiet_NaN()},
                          Field{"most", std::numeric_limits<double>::infinity()}};
  CHECK(json_of("m", fields) == std::string(kJsonStart) + R"("m","rate":null,"most":null})");
}

TEST_CASE("a text line is time to the millisecond, level, message and key=value") {
  const std::array fields{Field{"path", std::string_view("/ping")},
                          Field{"status", std::int64_t{200}}, Field{"seconds", 0.5},
                          Field{"cached", false}};
  CHECK(text_line({kMoment, Level::error, "answered a request", fields}) ==
        "2026-11-21T11:30:00.123Z ERROR answered a request path=/ping status=200 seconds=0.5 "
        "cached=false");
  CHECK(text_line({kMoment, Level::debug, "m", {}}) == "2026-11-21T11:30:00.123Z DEBUG m");
  CHECK(text_line({kMoment, Level::warning, "m", {}}) == "2026-11-21T11:30:00.123Z WARN  m");
}

TEST_CASE("a text line quotes the values that would be misread without") {
  struct Case {
    std::string_view value;
    std::string_view written;
  };
  constexpr std::array kCases{Case{"plain-1.2", "plain-1.2"},
                              Case{"", R"("")"},
                              Case{"two words", R"("two words")"},
                              Case{"a=b", R"("a=b")"},
                              Case{R"(quote " and \)", R"("quote \" and \\")"},
                              Case{"회의", "회의"}};
  for (const auto& [value, written] : kCases) {
    CAPTURE(value);
    const std::array fields{Field{"v", value}};
    CHECK(text_of("m", fields) == std::string(kTextStart) + "m v=" + std::string(written));
  }
}

TEST_CASE("text from outside can neither forge a text line nor drive the terminal") {
  const std::array fields{Field{"agent", std::string_view("x\n2026 ERROR forged")}};
  CHECK(text_of("a\nb\x1b[2J\u0085\u2028\x7f\xff", fields) ==
        std::string(kTextStart) + "a\\nb\\u001b[2J\\u0085\\u2028\\u007f\xEF\xBF\xBD" +
            " agent=\"x\\n2026 ERROR forged\"");
}
