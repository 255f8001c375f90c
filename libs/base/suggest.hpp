#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace notes {

/// How many edits make `a` into `b`: insert, delete or replace a character, or swap two neighbours
/// (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate a person most likely meant by `word`: the one at the smallest edit distance, if
/// that is at most a third of the word's length, rounded up. The first wins a tie.
std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> candidates);

/// " (did you mean 'upgrade'?)", or nothing: to be put behind the message about an unknown word.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace notes
