#include "identity/password.hpp"

#include <array>

#include <sodium.h>

#include "base/error.hpp"

namespace notes::identity {
namespace {

void initialise() {
  if (sodium_init() < 0) throw Error(ErrorCode::internal, "libsodium cannot be initialised");
}

}  // namespace

std::string hash_password(std::string_view password, const PasswordCost& cost) {
  initialise();
  std::array<char, crypto_pwhash_argon2id_STRBYTES> hash{};
  if (crypto_pwhash_argon2id_str(hash.data(), password.data(), password.size(), cost.passes,
                                 cost.memory_bytes) != 0) {
    throw Error(ErrorCode::overloaded, "there is no memory to hash a password: " +
                                           std::to_string(cost.memory_bytes) + " bytes are needed");
  }
  return hash.data();
}

bool verify_password(const std::string& hash, std::string_view password) {
  initialise();
  return crypto_pwhash_argon2id_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool costs_differently(const std::string& hash, const PasswordCost& cost) {
  return crypto_pwhash_argon2id_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

}  // namespace notes::identity
