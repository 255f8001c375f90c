#include "http/schema.hpp"

#include <doctest/doctest.h>

using notes::http::json_string;
using notes::http::Schema;

TEST_CASE("schemas are written as JSON Schema has them") {
  CHECK(Schema::text().json() == R"({"type":"string"})");
  CHECK(Schema::text(1, 200).json() == R"({"type":"string","minLength":1,"maxLength":200})");
  CHECK(Schema::pattern("[a-z]|\\d").json() == R"({"type":"string","pattern":"^(?:[a-z]|\\d)$"})");
  CHECK(Schema::text(1).matching("a|b").json() ==
        R"({"type":"string","minLength":1,"pattern":"^(?:a|b)$"})");
  CHECK(Schema::integer(1, 5).json() == R"({"type":"integer","minimum":1,"maximum":5})");
  CHECK(Schema::one_of({"a", "\""}).json() == R"({"type":"string","enum":["a","\""]})");
  CHECK(Schema::array(Schema::boolean(), 3).json() ==
        R"({"type":"array","items":{"type":"boolean"},"maxItems":3})");
  CHECK(Schema::reference("Note").json() == R"({"$ref":"#/components/schemas/Note"})");
  CHECK(Schema::any().json() == "{}");
}

TEST_CASE("an object lists the members that it always has") {
  const auto object =
      Schema::object({{"a", Schema::boolean()}, {"b", Schema::any(), Schema::Need::optional}});
  CHECK(object.json() ==
        R"({"type":"object","properties":{"a":{"type":"boolean"},"b":{}},"required":["a"]})");
  CHECK(Schema::object({{"b", Schema::any(), Schema::Need::optional}}).closed().json() ==
        R"({"type":"object","properties":{"b":{}},"additionalProperties":false})");
}

TEST_CASE("null is a second type, or a second alternative where there is no one type") {
  CHECK(Schema::text(1).nullable().json() == R"({"type":["string","null"],"minLength":1})");
  CHECK(Schema::reference("A").nullable().json() ==
        R"({"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]})");
  CHECK(Schema::one_of({"a"}).nullable().json() ==
        R"({"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}]})");
}

TEST_CASE("what refines a schema leaves the one that it was made of as it is") {
  const auto flag = Schema::boolean();
  CHECK(flag.with_default("false").described("x").described("y").json() ==
        R"({"type":"boolean","default":false,"description":"y"})");
  CHECK(flag.json() == R"({"type":"boolean"})");
}

TEST_CASE("a text becomes JSON whatever is in it") {
  CHECK(json_string("a\"\\\n\x01") == R"("a\"\\\n\u0001")");
}
