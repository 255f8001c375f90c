#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notes::scheduler {

/// What a run wrote, below a bound: the beginning, the end, and between them how much was left out.
/// Memory stays below twice the bound however much is added.
class BoundedOutput {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

  explicit BoundedOutput(std::size_t most_bytes = kMostBytes) : half_(most_bytes / 2) {}

  void add(std::string_view text);
  /// All of it, or "head\n[1234 bytes left out]\ntail". Valid UTF-8 without U+0000, so that every
  /// database takes it: other bytes become U+FFFD, and the cuts fall between characters.
  std::string text() const;

 private:
  std::size_t half_;
  std::string head_;
  std::string tail_;  ///< up to twice half_, so that it is not moved for each byte
  std::size_t left_out_ = 0;
};

}  // namespace notes::scheduler
