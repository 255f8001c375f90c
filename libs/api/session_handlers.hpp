#pragma once

#include <chrono>

#include "api/login_throttle.hpp"
#include "http/message.hpp"
#include "service/authenticator.hpp"
#include "service/logins.hpp"
#include "service/users.hpp"
#include "telemetry/log.hpp"

namespace notes::api {

/// Logging in and out with a browser. No answer of a session may be stored. Thread-safe; what it
/// is given must outlive it.
class SessionHandlers {
 public:
  SessionHandlers(service::Logins& logins, service::Users& users, LoginThrottle& throttle,
                  telemetry::Logger& logger);

  /// Logs in: a cookie for the browser. 401 when there is no such user or it is not the password,
  /// 429 when too many were tried.
  http::Response create(const http::Request& request);
  /// Who calls, with what scopes, until when.
  http::Response show(const http::Request& request, const service::Caller& caller);
  /// Logs out.
  http::Response remove(const http::Request& request, const service::Caller& caller);
  /// Ends every session, this one too. 429 when too many passwords were tried.
  http::Response change_password(const http::Request& request, const service::Caller& caller);

 private:
  service::Logins& logins_;
  service::Users& users_;
  LoginThrottle& throttle_;
  telemetry::Logger& logger_;
};

}  // namespace notes::api
