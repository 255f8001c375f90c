#include "base/uuid.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <span>

#include <sys/random.h>

#include "base/error.hpp"

namespace notes {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

/// Bytes from the kernel, fetched a block at a time: one system call serves many ids.
class RandomBytes {
 public:
  void fill(std::span<std::uint8_t> out) {
    if (used_ + out.size() > block_.size()) refill();
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    used_ += out.size();
  }

 private:
  void refill() {
    std::size_t have = 0;
    while (have < block_.size()) {
      const ssize_t got = ::getrandom(block_.data() + have, block_.size() - have, 0);
      if (got < 0) {
        if (errno == EINTR) continue;
        throw Error(ErrorCode::internal, std::string("getrandom: ") + std::strerror(errno));
      }
      have += static_cast<std::size_t>(got);
    }
    used_ = 0;
  }

  std::array<std::uint8_t, 256> block_{};
  std::size_t used_ = block_.size();
};

struct V7State {
  std::mutex mutex;
  // guards: everything below
  std::int64_t millisecond = 0;
  std::uint32_t counter = 0;
  RandomBytes random;
};

constexpr std::uint32_t kCounterBits = 26;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::uint8_t byte_of(std::uint64_t value, unsigned shift) {
  return static_cast<std::uint8_t>(value >> shift);
}

}  // namespace

Uuid Uuid::make_v7(Timestamp now) {
  static V7State state;
  const std::int64_t millisecond = now.since_epoch().count() / 1000;
  std::array<std::uint8_t, 16> bytes{};
  const std::lock_guard lock(state.mutex);
  state.random.fill(std::span(bytes).subspan(6));
  if (millisecond > state.millisecond) {
    state.millisecond = millisecond;
    // The two top bits start at zero, so that a millisecond has room for 2^25 ids and more.
    state.counter =
        (std::uint32_t{bytes[6]} << 16 | std::uint32_t{bytes[7]} << 8 | bytes[8]) & 0xffffff;
  } else if (++state.counter >> kCounterBits != 0) {
    ++state.millisecond;
    state.counter = 0;
  }
  const auto time = static_cast<std::uint64_t>(state.millisecond);
  for (unsigned i = 0; i < 6; ++i) bytes[i] = byte_of(time, 40 - 8 * i);
  // 26 bits of counter: 12 in rand_a, 14 at the top of rand_b.
  bytes[6] = static_cast<std::uint8_t>(0x70U | (state.counter >> 22 & 0x0fU));
  bytes[7] = byte_of(state.counter, 14);
  bytes[8] = static_cast<std::uint8_t>(0x80U | (state.counter >> 8 & 0x3fU));
  bytes[9] = byte_of(state.counter, 0);
  return Uuid(bytes);
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = bytes[nibble / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | value);
    ++nibble;
  }
  return Uuid(bytes);
}

std::string to_string(const Uuid& uuid) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHexDigits[uuid.bytes()[i] >> 4];
    text += kHexDigits[uuid.bytes()[i] & 0xf];
  }
  return text;
}

}  // namespace notes
