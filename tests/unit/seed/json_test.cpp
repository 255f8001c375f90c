#include "seed/json.hpp"

#include <doctest/doctest.h>

using namespace notes;

namespace {

std::string json(std::string_view yaml) {
  return seed::to_json(config::parse_document(yaml, "f.yaml"));
}

}  // namespace

TEST_CASE("YAML becomes JSON with its numbers, booleans and nulls") {
  CHECK(json("{a: 1, b: -1.50e2, c: true, d: ~, e: x}") ==
        R"({"a":1,"b":-1.50e2,"c":true,"d":null,"e":"x"})");
  CHECK(json("[[], {}, '1', \"true\", 01, 1x, 0x1f, +1, .5]") ==
        R"([[],{},"1","true","01","1x","0x1f","+1",".5"])");
  CHECK(json("회의: \"quote \\\" and\\nline\"") == R"({"회의":"quote \" and\nline"})");
}
