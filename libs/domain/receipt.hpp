#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "domain/user.hpp"

namespace notes::domain {

/// How long the answer to a request is kept for a client that sends it again.
inline constexpr std::chrono::hours kReceiptLifetime{24};
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;

/// One request of one user, by the key that its client has given it.
struct ReceiptKey {
  UserId owner;
  std::string key;
  std::string request_sha256;  ///< what the request was: the key is good for no other
};

/// What was answered to it.
struct ReceiptAnswer {
  int status = 200;
  std::string headers;  ///< "Name: value" lines
  std::string body;

  friend bool operator==(const ReceiptAnswer&, const ReceiptAnswer&) = default;
};

}  // namespace notes::domain
