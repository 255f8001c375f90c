#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/uuid.hpp"

namespace notes::domain {

struct TagTag;
using TagId = Id<TagTag>;

inline constexpr std::size_t kMaxTagCharacters = 50;
inline constexpr std::size_t kMaxTags = 32;

/// A tag as it is kept. Two names that differ only in case are one tag of their owner.
struct Tag {
  std::string name;    ///< trimmed, in Normalization Form C
  std::string folded;  ///< what makes it that tag: the name without regard to case

  friend bool operator==(const Tag&, const Tag&) = default;
};

/// Adds each rule that names for tags break: at most 32 of them, each 1..50 characters once it is
/// trimmed, UTF-8 without control characters.
void check_tags(const std::vector<std::string>& names, std::vector<Violation>& violations);

/// The tags that names stand for, in the order of their folded names; of several names for one tag
/// the first counts. Precondition: check_tags() finds nothing.
std::vector<Tag> tags_of(const std::vector<std::string>& names);

}  // namespace notes::domain
