#pragma once

#include "http/message.hpp"
#include "service/access_tokens.hpp"
#include "service/authenticator.hpp"

namespace notes::api {

/// A user's own access tokens. No answer may be cached. Thread-safe; what it is given must outlive
/// it.
class TokenHandlers {
 public:
  explicit TokenHandlers(service::AccessTokens& tokens) : tokens_(tokens) {}

  http::Response list(const http::Request& request, const domain::Actor& actor);
  /// The answer holds the token's text, this once.
  http::Response create(const http::Request& request, const domain::Actor& actor);
  http::Response revoke(const http::Request& request, const domain::Actor& actor);

 private:
  service::AccessTokens& tokens_;
};

}  // namespace notes::api
