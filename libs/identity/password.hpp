#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Passwords as they are kept: Argon2id (RFC 9106) with one lane, as PHC text
/// ("$argon2id$v=19$m=19456,t=2,p=1$salt$hash").
namespace notes::identity {

/// What one hash costs. The defaults are OWASP's for Argon2id.
struct PasswordCost {
  std::size_t memory_bytes = std::size_t{19} * 1024 * 1024;
  unsigned passes = 2;
};

/// With a new salt. Throws Error{overloaded} when there is not so much memory.
std::string hash_password(std::string_view password, const PasswordCost& cost);

/// Whether the hash, whatever it cost, is of this password. Takes as long when it is not.
bool verify_password(const std::string& hash, std::string_view password);

/// Whether the hash was made at another cost.
bool costs_differently(const std::string& hash, const PasswordCost& cost);

}  // namespace notes::identity
