#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/timestamp.hpp"

namespace notes::domain {

/// What a note said in an earlier version.
struct NoteRevision {
  std::int64_t version = 0;
  std::string title;
  std::string body;                    ///< empty in a list
  std::vector<std::string> tags = {};  ///< in the order of their code points
  Timestamp updated_at;                ///< when it came to say so

  friend bool operator==(const NoteRevision&, const NoteRevision&) = default;
};

}  // namespace notes::domain
