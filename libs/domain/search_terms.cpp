#include "domain/search_terms.hpp"

#include <algorithm>

#include "domain/search_text.hpp"
#include "domain/tag.hpp"

namespace notes::domain {
namespace {

/// U+E000, the first character for private use: no text that is searched has it.
constexpr std::string_view kTagMark = "\xEE\x80\x80";

std::string_view first_characters(std::string_view word, std::size_t most) {
  if (word.size() <= most) return word;
  auto rest = word;
  while (most > 0 && !rest.empty()) {
    take_character(rest);
    --most;
  }
  return word.substr(0, word.size() - rest.size());
}

void add_pairs(std::string_view run, std::vector<std::string>& terms) {
  for (auto rest = run; !rest.empty();) {
    const auto from = rest;
    take_character(rest);
    auto behind = rest;
    if (!behind.empty()) take_character(behind);
    terms.emplace_back(from.substr(0, from.size() - behind.size()));
  }
}

bool plain(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void keep_each_once(std::vector<std::string>& terms) {
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
}

}  // namespace

void add_terms(std::string_view search_text, std::vector<std::string>& terms) {
  while (!search_text.empty()) {
    const auto token = search_text.substr(0, search_text.find(' '));
    search_text.remove_prefix(std::min(token.size() + 1, search_text.size()));
    if (token.empty()) continue;
    auto rest = token;
    if (stands_in_a_run(take_character(rest))) {
      add_pairs(token, terms);
    } else {
      terms.emplace_back(first_characters(token, kMaxTermCharacters));
    }
  }
}

std::string tag_term(std::string_view folded) {
  std::string term(kTagMark);
  for (const char c : folded) {
    if (plain(c)) {
      term += c;
    } else {
      // U+E080 and on, in UTF-8: the ASCII character as one for private use.
      term += '\xEE';
      term += static_cast<char>(0x82 + (c >> 6));
      term += static_cast<char>(0x80 + (c & 0x3f));
    }
  }
  return term;
}

std::optional<std::vector<std::string>> terms_of(const Note& note) {
  std::vector<std::string> terms;
  add_terms(search_text(note.title), terms);
  add_terms(search_text(note.body), terms);
  for (const auto& tag : tags_of(note.tags)) {
    add_terms(search_text(tag.name), terms);
    terms.push_back(tag_term(tag.folded));
  }
  keep_each_once(terms);
  std::size_t bytes = 0;
  for (const auto& term : terms) bytes += term.size() + kTermAllowance;
  if (bytes > kMaxTermBytes) return std::nullopt;
  return terms;
}

}  // namespace notes::domain
