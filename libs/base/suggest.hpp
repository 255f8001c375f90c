#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace notes {

/// The candidate a person most likely meant by `word`: the one at the smallest edit distance (insert, delete, replace,
/// swap of neighbours), if that is at most a third of the word's length, rounded up. The first wins a tie.
std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> candidates);

/// " (did you mean 'upgrade'?)", or nothing: to be put behind the message about an unknown word.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace notes
