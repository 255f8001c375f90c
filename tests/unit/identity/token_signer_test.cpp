#include "identity/token_signer.hpp"

#include <string>

#include <doctest/doctest.h>

using notes::identity::TokenSigner;

TEST_CASE("a token is base64url of the payload and a cut HMAC-SHA-256") {
  // Worked out with Python's hmac: key = HMAC(secret, purpose); code = HMAC(key, length as 8
  // little-endian bytes + payload + context), its first 16 bytes behind the payload.
  const TokenSigner signer("a secret", "cursor");
  CHECK(signer.sign("1:hello", "me") == "MTpoZWxsb7dQUuqFeOXKp2YdOnEsUsE");
}

TEST_CASE("a token gives its payload back") {
  const TokenSigner signer("a secret", "cursor");
  for (const std::string& payload :
       {std::string(), std::string("x"), std::string("1:2026-11-21"), std::string("\0\xff", 2)}) {
    CAPTURE(payload);
    CHECK(signer.verify(signer.sign(payload, "me"), "me") == payload);
  }
}

TEST_CASE("a token changed in any one character is none") {
  const TokenSigner signer("a secret", "cursor");
  const auto token = signer.sign("1:hello", "me");
  for (std::size_t i = 0; i < token.size(); ++i) {
    CAPTURE(i);
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(signer.verify(changed, "me").has_value());
  }
}

TEST_CASE("a token holds for one secret, one purpose and one context") {
  const auto token = TokenSigner("a secret", "cursor").sign("1:hello", "me");
  CHECK_FALSE(TokenSigner("another secret", "cursor").verify(token, "me").has_value());
  CHECK_FALSE(TokenSigner("a secret", "session").verify(token, "me").has_value());
  CHECK_FALSE(TokenSigner("a secret", "cursor").verify(token, "you").has_value());
  // The same bytes, cut elsewhere between payload and context.
  CHECK_FALSE(TokenSigner("a secret", "cursor").verify(token, "ome").has_value());
}

TEST_CASE("what is no base64url, too short or too long is no token") {
  const TokenSigner signer("a secret", "cursor");
  for (const std::string& text :
       {std::string(), std::string("A"), std::string("!!!!"), std::string("AAAA"),
        std::string("MTpoZWxsb7dQUuqFeOXKp2YdOnEsUsE="), std::string(4000, 'A')}) {
    CAPTURE(text);
    CHECK_FALSE(signer.verify(text, "me").has_value());
  }
}
