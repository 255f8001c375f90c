#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notes {

/// A moment in UTC, to the microsecond: what PostgreSQL's timestamptz keeps. Years 0001 to 9999.
class Timestamp {
 public:
  constexpr Timestamp() = default;
  constexpr explicit Timestamp(std::chrono::microseconds since_epoch) : since_epoch_(since_epoch) {}

  constexpr std::chrono::microseconds since_epoch() const { return since_epoch_; }

  /// RFC 3339 text in UTC or with an offset: "2026-11-21T11:30:00.123456Z". A space or 't' instead
  /// of 'T' (§5.6) and the offset as PostgreSQL writes it ("+00", "+05:30") are read too; digits
  /// past the microsecond are cut. nullopt when the text is anything else or names no real moment
  /// (31 February, hour 24).
  static std::optional<Timestamp> parse(std::string_view text);

  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;

 private:
  std::chrono::microseconds since_epoch_{0};
};

constexpr Timestamp operator+(Timestamp left, std::chrono::microseconds right) {
  return Timestamp(left.since_epoch() + right);
}
constexpr Timestamp operator-(Timestamp left, std::chrono::microseconds right) {
  return Timestamp(left.since_epoch() - right);
}
constexpr std::chrono::microseconds operator-(Timestamp left, Timestamp right) {
  return left.since_epoch() - right.since_epoch();
}

/// RFC 3339 in UTC with always six fractional digits and a 'Z': 27 characters, so that text order
/// is time order.
std::string to_string(Timestamp timestamp);

}  // namespace notes
