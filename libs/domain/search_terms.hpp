#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/note.hpp"

/// What an index of notes holds. From a word comes the word, from a run each two neighbours and its
/// last character by itself: "회의록을" gives 회의, 의록, 록을 and 을. So two characters that stand
/// together are one term, and one character is what a term begins with, wherever it stands.
///
/// Terms are letters, digits, marks and, for tags, characters for private use: never blanks, ASCII
/// punctuation or capitals.
namespace notes::domain {

/// Of a longer word these are its term.
inline constexpr std::size_t kMaxTermCharacters = 32;
/// What a note's terms may take up, at kTermAllowance more bytes for each than it has: PostgreSQL's
/// tsvector holds 1 MiB. Half a megabyte of prose stays below it in any language.
inline constexpr std::size_t kMaxTermBytes = 1'000'000;
inline constexpr std::size_t kTermAllowance = 8;

/// Adds the terms of a search_text(), in its order and as often as they stand there.
void add_terms(std::string_view search_text, std::vector<std::string>& terms);

/// The term of a tag, by its folded name.
std::string tag_term(std::string_view folded);

/// What a note is found by: the terms of its title, body and tags, each once and in the order of
/// their code points. nullopt when they would take up more than kMaxTermBytes: such a note is
/// looked at in every search.
std::optional<std::vector<std::string>> terms_of(const Note& note);

}  // namespace notes::domain
