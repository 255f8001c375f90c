#include "domain/search_text.hpp"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <utf8proc.h>

namespace notes::domain {
namespace {

std::string utf8(char32_t character) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::string normalised(const std::string& text,
                       utf8proc_uint8_t* (*form)(const utf8proc_uint8_t*)) {
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> made(
      form(reinterpret_cast<const utf8proc_uint8_t*>(text.c_str())), &std::free);
  return reinterpret_cast<const char*>(made.get());
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("a text is folded, and cut into words and runs") {
  const std::vector<std::pair<std::string, std::string>> examples{
      {"", " "},
      {"!!! — ...", " "},
      {"Milk", " milk "},
      {"Élan: 회의록2024, ＴＯＫＹＯ!", " elan 회의록 2024 tokyo "},
      // Latin
      {"\u00C5ngstr\u00F6m A\u030Angstro\u0308m", " angstrom angstrom "},
      {"Straße STRASSE", " strasse strasse "},
      {"\u0130stanbul ISTANBUL", " istanbul istanbul "},
      {"ısı", " ısı "},
      {"\uFB01ne x\u00B2 \u00BD \u2460", " fine x2 1 2 1 "},
      {"don't snake_case 3.14", " don t snake case 3 14 "},
      {"Việt Nam", " viet nam "},
      // Greek, Cyrillic, Hebrew, Arabic
      {"ΣΊΣΥΦΟΣ σίσυφος", " σισυφοσ σισυφοσ "},
      {"Ёлка ЙОД", " елка иод "},
      {"שָׁלוֹם", " שלום "},
      {"مُحَمَّد", " محمد "},
      // Hangul: jamo go together, and the syllable is what is left
      {"\u1112\u1161\u11AB\u1100\u1173\u11AF", " 한글 "},
      {"\u3131\u314F", " 가 "},
      {"한글abc漢字", " 한글 abc 漢字 "},
      // Kana: voicing makes another letter
      {"か\u3099がか", " ががか "},
      {"ｶﾞｷﾞﾊﾟｱ", " ガギパア "},
      {"ラーメン人々 ア・イ", " ラーメン人々 ア イ "},
      {"二〇二六年", " 二〇二六年 "},
      // Han beyond the Basic Multilingual Plane; a compatibility ideograph is the one it stands for
      {"\U00020000\U00020001", " \U00020000\U00020001 "},
      {"\uF90A", " 金 "},
      // marks that belong to the letters stay
      {"हिन्दी", " हिन्दी "},
      {"ภาษาไทย", " ภาษาไทย "},
      // what cannot be seen is not there
      {"co\u00ADop a\u200Db z\uFE0F", " coop ab z "},
      {"a🎉b 👩\u200D👩\u200D👧 1\uFE0F\u20E3", " a b 1 "},
      {"\uFDFA", " صلى الله عليه وسلم "},
      {"a\u3000b\u00A0c\td\ne", " a b c d e "},
  };
  for (const auto& [text, expected] : examples) {
    CAPTURE(text);
    CHECK(search_text(text) == expected);
    CHECK(search_text(expected) == expected);
  }
}

TEST_CASE("texts that are canonically equivalent are the same") {
  std::mt19937 random(20261121);
  // Blocks in which much composes, decomposes or is reordered, and all the rest.
  const std::vector<std::pair<char32_t, char32_t>> blocks{
      {0x41, 0x17f},      {0x300, 0x36f},   {0x370, 0x52f},     {0x5b0, 0x66f},
      {0x900, 0xdff},     {0x1100, 0x11ff}, {0x1e00, 0x1fff},   {0x3040, 0x318f},
      {0xac00, 0xac40},   {0xf900, 0xfb4f}, {0xff61, 0xffdc},   {0x1d15e, 0x1d1ff},
      {0x20000, 0x20010}, {0x1, 0xd7ff},    {0xe000, 0x10ffff},
  };
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = 1 + random() % 8; left > 0; --left) {
      const auto [first, last] = blocks[random() % blocks.size()];
      text += utf8(first + static_cast<char32_t>(random()) % (last - first + 1));
    }
    CAPTURE(text);
    const auto expected = search_text(text);
    REQUIRE(search_text(normalised(text, utf8proc_NFD)) == expected);
    REQUIRE(search_text(normalised(text, utf8proc_NFC)) == expected);
    REQUIRE(located_search_text(text).text == expected);
  }
}

TEST_CASE("each byte says where it comes from") {
  const std::string text = "Caf\u0065\u0301, ｶﾞ漢";
  const auto located = located_search_text(text);
  REQUIRE(located.text == " cafe ガ漢 ");
  const auto source = [&](std::string_view part) {
    const auto at = located.text.find(part);
    const auto begin = located.origins[at].begin;
    return text.substr(begin, located.origins[at + part.size() - 1].end - begin);
  };
  CHECK(source("cafe") == "Caf\u0065\u0301");
  CHECK(source("e") == "\u0065\u0301");
  CHECK(source("ガ") == "ｶﾞ");
  CHECK(source("漢") == "漢");
  CHECK(located.origins.size() == located.text.size());
}

TEST_CASE("half a megabyte made to take long takes a moment") {
  const auto begun = std::chrono::steady_clock::now();
  // Marks that are out of order all along: stripped ones, and ones of Thai that stay.
  const auto latin = search_text("a" + repeated("\u0301\u0316", 130'000));
  CHECK(latin == " a ");
  const auto thai = search_text("ก" + repeated("\u0E48\u0E38", 85'000));
  CHECK(thai.size() == 2 + 3 + 85'000 * 6);
  CHECK(thai.starts_with(" ก\u0E38\u0E38"));
  // The character that is eighteen.
  const auto expanded = search_text(repeated("\uFDFA", 174'000));
  CHECK(expanded.size() == 2 + 174'000 * std::string("صلى الله عليه وسلم").size());
  const auto jamo = search_text(repeated("\u1112", 174'000));
  CHECK(jamo.size() == 2 + 174'000 * 3);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(30));
}

}  // namespace
}  // namespace notes::domain
