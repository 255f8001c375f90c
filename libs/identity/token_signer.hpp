#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notes::identity {

/// Makes opaque texts that only this server can have made: base64url of a payload and its
/// authentication code (HMAC-SHA-256, RFC 2104, cut to 128 bits). The payload is not hidden.
/// Immutable and thread-safe.
class TokenSigner {
 public:
  /// `purpose` separates what one secret signs: a token made for one purpose is none for another.
  TokenSigner(std::string_view secret, std::string_view purpose);

  /// `context` is what the token is bound to without carrying it, such as whom it was given to.
  std::string sign(std::string_view payload, std::string_view context) const;

  /// The payload; nullopt when the text is not one that sign() made with the same secret, purpose
  /// and context. Takes the same time wherever the code differs.
  std::optional<std::string> verify(std::string_view token, std::string_view context) const;

 private:
  std::array<std::uint8_t, 32> key_{};
};

}  // namespace notes::identity
