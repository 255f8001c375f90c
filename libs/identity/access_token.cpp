#include "identity/access_token.hpp"

#include <cstdint>

#include <boost/crc.hpp>
#include <sodium.h>

#include "base/error.hpp"

namespace notes::identity {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::uint32_t kBase = 62;
static_assert(kDigits.size() == kBase);
constexpr std::size_t kRandomDigits = 30;
constexpr std::size_t kChecksumDigits = 6;  // 62^6 > 2^32
constexpr std::size_t kTokenSize = kAccessTokenPrefix.size() + kRandomDigits + kChecksumDigits;

/// CRC-32 (ISO 3309) as a number of base 62 with leading zeros.
std::string checksum(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::uint32_t rest = crc.checksum();
  std::string digits(kChecksumDigits, kDigits.front());
  for (auto digit = digits.rbegin(); rest != 0; ++digit, rest /= kBase) {
    *digit = kDigits[rest % kBase];
  }
  return digits;
}

}  // namespace

std::string make_access_token() {
  if (sodium_init() < 0) throw Error(ErrorCode::internal, "libsodium cannot be initialised");
  std::string token(kAccessTokenPrefix);
  for (std::size_t i = 0; i < kRandomDigits; ++i) {
    token += kDigits[randombytes_uniform(kBase)];
  }
  return token + checksum(token);
}

bool is_access_token(std::string_view text) {
  if (text.size() != kTokenSize || !text.starts_with(kAccessTokenPrefix)) return false;
  const auto digits = text.substr(kAccessTokenPrefix.size());
  if (digits.find_first_not_of(kDigits) != std::string_view::npos) return false;
  return checksum(text.substr(0, kTokenSize - kChecksumDigits)) ==
         text.substr(kTokenSize - kChecksumDigits);
}

}  // namespace notes::identity
