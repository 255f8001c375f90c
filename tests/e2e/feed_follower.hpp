#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "e2e/exchange.hpp"
#include "e2e/own_notes.hpp"

namespace notes::tests {

/// Keeps a copy of all notes of a person by the feed of changes.
class FeedFollower {
 public:
  /// Note -> its version; none when it was deleted for good.
  using Copy = std::map<std::string, std::optional<std::int64_t>>;

  explicit FeedFollower(const OwnNotes& own) : own_(own) {}

  /// The next page. When it is the last, the copy has all own notes as they are.
  Exchange exchange();
  bool behind() const { return behind_; }
  const Copy& copy() const { return copy_; }

 private:
  void check(const HttpResponse& answer);

  const OwnNotes& own_;
  std::int64_t since_ = 0;
  std::string next_;  ///< the target that a page leads on to
  bool behind_ = true;
  Copy copy_;
};

}  // namespace notes::tests
