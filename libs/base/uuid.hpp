#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"

namespace notes {

/// A universally unique identifier (RFC 9562).
class Uuid {
 public:
  constexpr Uuid() = default;
  constexpr explicit Uuid(std::array<std::uint8_t, 16> bytes) : bytes_(bytes) {}

  /// Version 7: the millisecond of `now`, then a counter (RFC 9562 §6.2, method 1) and random bits,
  /// so that the ids one process makes sort in the order they were made, also within a millisecond
  /// and when the clock steps back. Thread-safe.
  static Uuid make_v7(Timestamp now);

  /// 8-4-4-4-12 hexadecimal digits in either case; nullopt for anything else.
  static std::optional<Uuid> parse(std::string_view text);

  constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// 36 characters in lower case.
std::string to_string(const Uuid& uuid);

/// A Uuid that cannot be mistaken for another entity's: Id<struct NoteTag>.
template <typename Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(Uuid uuid) : uuid_(uuid) {}

  static Id make(Timestamp now) { return Id(Uuid::make_v7(now)); }
  static std::optional<Id> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    if (!uuid) return std::nullopt;
    return Id(*uuid);
  }

  constexpr const Uuid& uuid() const { return uuid_; }

  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  Uuid uuid_;
};

template <typename Tag>
std::string to_string(const Id<Tag>& id) {
  return to_string(id.uuid());
}

}  // namespace notes
