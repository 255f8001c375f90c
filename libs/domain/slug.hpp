#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/user.hpp"

namespace notes::domain {

inline constexpr std::size_t kMaxSlugCharacters = 48;

/// A name as it stands in an address: NFKC, case folded, without diacritics, letters and digits of
/// any script, one '-' for what is between them, at most kMaxSlugCharacters. "Zoë O'Hara" →
/// "zoe-o-hara", "김 민수" → "김-민수"; empty when nothing of the name is left, or it is not UTF-8.
std::string slug_of(std::string_view name);

/// The slugs to try for a user, the best first; the last one holds the whole id, so that nobody
/// else has it.
std::vector<std::string> slug_candidates(std::string_view name, UserId user);

}  // namespace notes::domain
