#include "schema/canonical.hpp"

#include <doctest/doctest.h>

using namespace notes::schema;

namespace {

struct Example {
  ValueKind kind;
  std::string_view text;
  std::optional<std::string> kept;
};

}  // namespace

TEST_CASE("a text becomes the one form that its column keeps, or is refused") {
  const Example examples[] = {
      {ValueKind::native, " anything ", " anything "},
      {ValueKind::text, "", ""},
      {ValueKind::integer, "-17", "-17"},
      {ValueKind::integer, "9223372036854775807", "9223372036854775807"},
      {ValueKind::integer, "9223372036854775808", std::nullopt},
      {ValueKind::integer, "1.0", std::nullopt},
      {ValueKind::integer, "", std::nullopt},
      {ValueKind::integer, "17 ", std::nullopt},
      {ValueKind::integer, "true", std::nullopt},
      {ValueKind::number, "1.50", "1.50"},
      {ValueKind::number, "1e3", "1e3"},
      {ValueKind::number, "one", std::nullopt},
      {ValueKind::boolean, "TRUE", "1"},
      {ValueKind::boolean, "off", "0"},
      {ValueKind::boolean, "2", std::nullopt},
      {ValueKind::timestamp, "2026-01-12T10:30:00+09:00", "2026-01-12T01:30:00.000000Z"},
      {ValueKind::timestamp, "2026-02-30T00:00:00Z", std::nullopt},
      {ValueKind::timestamp, "2026-01-12", std::nullopt},
      {ValueKind::uuid, "019B7000-0000-7000-8000-00000000000A",
       "019b7000-0000-7000-8000-00000000000a"},
      {ValueKind::uuid, "019b7000", std::nullopt},
      {ValueKind::json, R"({"a": [1, true, null, "x"]})", R"({"a": [1, true, null, "x"]})"},
      {ValueKind::json, "{a: 1}", std::nullopt},
      {ValueKind::json, "1 2", std::nullopt},
      {ValueKind::json, "", std::nullopt},
  };
  for (const auto& example : examples) {
    CAPTURE(example.text);
    CHECK(canonical(example.kind, example.text) == example.kept);
  }
}
