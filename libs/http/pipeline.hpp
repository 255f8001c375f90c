#pragma once

#include <optional>

#include "base/clock.hpp"
#include "http/head_scanner.hpp"
#include "http/route.hpp"
#include "telemetry/log.hpp"

namespace notes::http {

/// What is to be done with a request.
struct Plan {
  const Route* route = nullptr;    ///< run its handler
  std::optional<Response> answer;  ///< or give this answer: no such path, no such method, OPTIONS
};

/// What happens to a request between its parser and its answer's bytes. Thread-safe.
class Pipeline {
 public:
  /// `logger` must outlive it.
  Pipeline(Router router, telemetry::Logger& logger);

  /// Keeps the client's X-Request-Id when it is `[A-Za-z0-9._-]{1,64}`, makes a UUIDv7 otherwise.
  void identify(Request& request) const;
  /// Finds the route and fills in the path's values.
  Plan plan(Request& request) const;
  /// Runs the handler. An Error becomes its problem; any other exception is logged and becomes a
  /// 500 without text.
  Response run(const Route& route, const Request& request) const;
  /// The answer to a request that cannot be served.
  Response refuse(const Rejection& rejection, const Request& request) const;

 private:
  Response explain(const Error& error, const Request& request) const;

  Router router_;
  telemetry::Logger& logger_;
  SystemClock clock_;
};

}  // namespace notes::http
