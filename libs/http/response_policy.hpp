#pragma once

#include <string>

#include "config/settings.hpp"
#include "http/cors.hpp"
#include "http/message.hpp"

namespace notes::http {

/// What every answer says to browsers, whoever made it: how its content may be used, and by which
/// sites. Immutable and thread-safe.
class ResponsePolicy {
 public:
  explicit ResponsePolicy(const config::ServerSettings& settings);

  /// Appends the field lines, each with its line end. A page (text/html) may load scripts, styles
  /// and images of this origin only and is not framed; anything else loads nothing. A
  /// Content-Security-Policy that the response has stays the only one. Strict-Transport-Security
  /// stands on what came over https alone (RFC 6797 §7.2).
  void append_fields(const Request& request, const Response& response, std::string& out) const;

  const Cors& cors() const { return cors_; }

 private:
  Cors cors_;
  std::string transport_security_;
};

}  // namespace notes::http
