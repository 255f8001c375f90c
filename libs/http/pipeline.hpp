#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "http/forwarding.hpp"
#include "http/head_scanner.hpp"
#include "http/mailbox.hpp"
#include "http/rate_limiter.hpp"
#include "http/response_policy.hpp"
#include "http/route.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::http {

/// What is to be done with a request.
struct Plan {
  const Route* route = nullptr;    ///< run its handler
  std::optional<Response> answer;  ///< or give this answer: no such path, no such method, OPTIONS
};

/// What happens to a request between its parser and its answer's bytes, in this order: identify,
/// plan, admit, run, and the policy's fields when it is written. Thread-safe.
class Pipeline {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// `logger` and `metrics` must outlive it.
  Pipeline(Router router, const config::ServerSettings& settings, telemetry::Logger& logger,
           telemetry::Metrics& metrics);

  /// Says who asks and what the request is called: the client behind trusted proxies; its
  /// X-Request-Id when that is `[A-Za-z0-9._-]{1,64}`, a UUIDv7 otherwise; its place in a trace.
  /// Entity tags lose the mark of a coding.
  void identify(Request& request) const;
  /// Finds the route and fills in the path's values.
  Plan plan(Request& request) const;
  /// Takes a request that needs a worker off its address' quota; the answer when there is none
  /// left. Routes that run inline cost less than counting them, and probes must not be refused.
  std::optional<Response> admit(const Route& route, Request& request, TimePoint now) const;
  /// Runs the handler, which has until the request's deadline, and codes its answer's body. An
  /// Error becomes its problem; any other exception is logged and becomes a 500 without text.
  Response run(const Route& route, const Request& request) const;
  /// The same for what a lane has left to do for the request.
  Response run(const Route& route, const Request& request, const Alone& alone) const;
  /// Answers several requests of a lane, which have until the earliest of their deadlines. For
  /// each, in their order, the answer, or what is to be run for it alone: what takes long for one,
  /// as coding a body does, does not keep the others waiting.
  std::vector<std::variant<Response, Alone>> run_together(const Lane& lane,
                                                          std::span<const Arrival> arrivals) const;
  /// Asks for the next piece of what answers the request, until the request's deadline. What the
  /// source throws is logged.
  Piece next_piece(const BodySource& source, const Request& request) const;
  /// The answer to a request that cannot be served.
  Response refuse(const Rejection& rejection, const Request& request) const;
  const ResponsePolicy& policy() const { return policy_; }
  const std::vector<Route>& routes() const { return router_.routes(); }

 private:
  template <typename Work>
  Response handle(const Route& route, const Request& request, Work work) const;
  void complete(const Route& route, const Request& request, Response& response) const;
  Response explain(const Error& error, const Request& request) const;
  void log(const Error& error, const Request& request) const;

  Router router_;
  Forwarding forwarding_;
  ResponsePolicy policy_;
  bool compression_;
  std::unique_ptr<RateLimiter> address_limiter_;  ///< null: no quota
  telemetry::Logger& logger_;
  SystemClock clock_;
};

}  // namespace notes::http
