#include "identity/token_signer.hpp"

#include <sodium.h>

#include "base/error.hpp"

namespace notes::identity {
namespace {

constexpr std::size_t kCodeBytes = 16;
// A cursor is some fifty bytes; longer texts are not worth decoding.
constexpr std::size_t kLongestToken = 1024;
using Code = std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES>;

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Code authentication_code(std::string_view payload, std::string_view context,
                         const std::array<std::uint8_t, 32>& key) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  // The length in front keeps (payload, context) apart from every other way to cut the same bytes.
  const std::uint64_t length = payload.size();
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const std::uint8_t*>(&length),
                                sizeof length);
  crypto_auth_hmacsha256_update(&state, bytes(payload), payload.size());
  crypto_auth_hmacsha256_update(&state, bytes(context), context.size());
  Code code{};
  crypto_auth_hmacsha256_final(&state, code.data());
  return code;
}

}  // namespace

TokenSigner::TokenSigner(std::string_view secret, std::string_view purpose) {
  if (sodium_init() < 0) throw Error(ErrorCode::internal, "libsodium cannot be initialised");
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(secret), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes(purpose), purpose.size());
  crypto_auth_hmacsha256_final(&state, key_.data());
}

std::string TokenSigner::sign(std::string_view payload, std::string_view context) const {
  const Code code = authentication_code(payload, context, key_);
  std::string sealed(payload);
  sealed.append(reinterpret_cast<const char*>(code.data()), kCodeBytes);
  std::string token(
      sodium_base64_encoded_len(sealed.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(token.data(), token.size(), bytes(sealed), sealed.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  token.pop_back();  // the terminating NUL
  return token;
}

std::optional<std::string> TokenSigner::verify(std::string_view token,
                                               std::string_view context) const {
  if (token.size() > kLongestToken) return std::nullopt;
  std::string sealed(token.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<std::uint8_t*>(sealed.data()), sealed.size(), token.data(),
                        token.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      length < kCodeBytes) {
    return std::nullopt;
  }
  sealed.resize(length);
  const std::string_view payload(sealed.data(), length - kCodeBytes);
  const Code expected = authentication_code(payload, context, key_);
  if (sodium_memcmp(expected.data(), payload.data() + payload.size(), kCodeBytes) != 0) {
    return std::nullopt;
  }
  return std::string(payload);
}

}  // namespace notes::identity
