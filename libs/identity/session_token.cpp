#include "identity/session_token.hpp"

#include <array>

#include <sodium.h>

#include "base/error.hpp"

namespace notes::identity {
namespace {

using Bytes = std::array<unsigned char, 32>;
constexpr auto kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t kSize = 43;
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string make_session_token() {
  if (sodium_init() < 0) throw Error(ErrorCode::internal, "libsodium cannot be initialised");
  Bytes bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string text(kSize + 1, '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
  text.pop_back();  // the terminating NUL
  return text;
}

bool is_session_token(std::string_view text) {
  return text.size() == kSize && text.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace notes::identity
