#pragma once

#include <cstdint>
#include <string_view>

namespace notes::scheduler {

/// The same number for the same text in every build and on every machine, which std::hash does not
/// promise: FNV-1a (draft-eastlake-fnv), then splitmix64's finaliser, as FNV's low bits are weak.
std::uint64_t stable_hash(std::string_view text);

}  // namespace notes::scheduler
