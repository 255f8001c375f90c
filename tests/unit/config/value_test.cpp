#include "config/value.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace notes::config;

TEST_CASE("a count is decimal digits and nothing else") {
  CHECK(parse_count("0") == 0);
  CHECK(parse_count("18446744073709551615") == 18446744073709551615ULL);
  for (const std::string text :
       {"", " 1", "1 ", "+1", "-1", "1.0", "0x10", "1e3", "18446744073709551616", "ten"}) {
    CAPTURE(text);
    CHECK(parse_count(text) == std::nullopt);
  }
}

TEST_CASE("a size is bytes, or a number of KiB, MiB or GiB") {
  struct Case {
    const char* text;
    std::optional<std::uint64_t> bytes;
  };
  const std::array cases{Case{"0", 0},
                         Case{"512", 512},
                         Case{"1KiB", 1024},
                         Case{"1MiB", 1'048'576},
                         Case{"3GiB", 3'221'225'472},
                         Case{"17179869183GiB", 18446744072635809792ULL},
                         Case{"17179869184GiB", std::nullopt},
                         Case{"", std::nullopt},
                         Case{"MiB", std::nullopt},
                         Case{"1MB", std::nullopt},
                         Case{"1mib", std::nullopt},
                         Case{"1 MiB", std::nullopt},
                         Case{"-1MiB", std::nullopt},
                         Case{"1.5MiB", std::nullopt}};
  for (const auto& [text, bytes] : cases) {
    CAPTURE(text);
    CHECK(parse_size(text) == bytes);
  }
}

TEST_CASE("a size is written in the largest unit that loses nothing") {
  CHECK(format_size(0) == "0");
  CHECK(format_size(1000) == "1000");
  CHECK(format_size(8192) == "8KiB");
  CHECK(format_size(1'048'576) == "1MiB");
  CHECK(format_size(1'048'577) == "1048577");
  CHECK(format_size(2'147'483'648) == "2GiB");
}

TEST_CASE("a switch is true or false in four spellings") {
  for (const std::string text : {"true", "yes", "on", "1", "TRUE", "Yes"})
    CHECK(parse_switch(text) == true);
  for (const std::string text : {"false", "no", "off", "0", "False", "NO"})
    CHECK(parse_switch(text) == false);
  for (const std::string text : {"", "t", "y", "2", " true", "enabled"})
    CHECK(parse_switch(text) == std::nullopt);
}
