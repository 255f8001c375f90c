#include "domain/search_terms.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace notes::domain {
namespace {

using Terms = std::vector<std::string>;

Terms terms_in(std::string_view search_text) {
  Terms terms;
  add_terms(search_text, terms);
  return terms;
}

TEST_CASE("a word is a term, and of a run each pair and the last character") {
  CHECK(terms_in(" ") == Terms{});
  CHECK(terms_in(" milk 2024 ") == Terms{"milk", "2024"});
  CHECK(terms_in(" 회의록을 ") == Terms{"회의", "의록", "록을", "을"});
  CHECK(terms_in(" 漢 ") == Terms{"漢"});
  CHECK(terms_in(" \U00020000\U00020001 ") == Terms{"\U00020000\U00020001", "\U00020001"});
  CHECK(terms_in(" ラーメン bar ") == Terms{"ラー", "ーメ", "メン", "ン", "bar"});
}

TEST_CASE("of a long word the first 32 characters are its term") {
  const std::string latin(32, 'x');
  CHECK(terms_in(" " + latin + " ") == Terms{latin});
  CHECK(terms_in(" " + latin + "yz ") == Terms{latin});
  std::string cyrillic;
  for (int i = 0; i < 32; ++i) cyrillic += "ж";
  CHECK(terms_in(" " + cyrillic + "жж ") == Terms{cyrillic});
}

TEST_CASE("a note is found by its title, its body and its tags, by each term once") {
  Note note;
  note.title = "Milk";
  note.body = "more milk, 우유";
  note.tags = {"To Do", "집"};
  // U+E000 before a tag's name, U+E0A0 for the blank in it.
  CHECK(*terms_of(note) ==
        Terms{"do", "milk", "more", "to", "우유", "유", "집", "\uE000to\uE0A0do", "\uE000집"});
}

TEST_CASE("a tag's term has no blank, no capital and no ASCII sign in it") {
  CHECK(tag_term("a1é") == "\uE000a1é");
  CHECK(tag_term("-\"*'\\~") == "\uE000\uE0AD\uE0A2\uE0AA\uE0A7\uE0DC\uE0FE");
}

TEST_CASE("half a megabyte of prose has terms, one of nothing but new pairs has too many") {
  Note note;
  note.title = "long";
  // 174,000 characters of 10,000 different pairs; and the same number, each pair new.
  for (int i = 0; i < 87'000; ++i) note.body += i % 2 == 0 ? "회의" : "기록";
  CHECK(terms_of(note).has_value());
  note.body.clear();
  for (char32_t i = 0; note.body.size() < 520'000; ++i) {
    const auto append = [&](char32_t c) {
      note.body += static_cast<char>(0xe0 | (c >> 12));
      note.body += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      note.body += static_cast<char>(0x80 | (c & 0x3f));
    };
    append(0xac00 + i % 11'000);
    append(0x4e00 + i * 7 % 20'000);
  }
  CHECK(!terms_of(note).has_value());
}

}  // namespace
}  // namespace notes::domain
