#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/gathering.hpp"
#include "base/error.hpp"
#include "domain/scope.hpp"
#include "http/rate_limiter.hpp"
#include "http/route.hpp"
#include "service/authenticator.hpp"

namespace notes::api {

/// Who may call a route.
enum class Access {
  everybody,    ///< no credentials are looked at
  strangers,    ///< the same, where there are accounts; not from another site's page
  users,        ///< a user, with whatever credentials
  read_notes,   ///< a user; a token needs the scope notes:read
  write_notes,  ///< a user; a token needs the scope notes:write
  persons,      ///< a user with a session: somebody who has typed a password
};

/// The scope that a token needs; none where any will do, or none does.
std::optional<domain::Scope> needed_scope(Access access);

/// One row of the service's route table.
struct Endpoint {
  /// A function of values, given who calls; see http::Handler.
  using Handler = std::function<http::Response(const http::Request&, const service::Caller&)>;

  http::Method method = http::Method::get;
  std::string pattern;
  std::string_view operation;
  http::Runs runs = http::Runs::on_worker;
  Access access = Access::everybody;
  Handler handler;
  std::shared_ptr<const Gathering> gathering = {};  ///< shared by the rows it serves; null: none
};

/// A problem with the challenge of RFC 6750 §3. `parameters` are those beside the realm, each with
/// a comma in front; they are to be our own words, not the request's.
http::Response challenge(const http::Request& request, const Error& error,
                         std::string_view parameters = {});

/// Stands in front of the handlers: finds out who calls, once, and whether they may. Thread-safe
/// and immutable.
///
/// Credentials are an access token (Authorization: Bearer) or, if there is no Authorization, the
/// session's cookie, which counts for nothing when another site's page may have sent the request
/// (see api/origin.hpp). Without credentials, or with such as are worth nothing, the answer is 401
/// with a challenge (RFC 6750 §3); where they do not reach, 403. An open gate takes everybody for
/// the local user, but for other sites' pages; it has no accounts.
class Gate {
 public:
  /// Open: for a server that only its own machine can reach. `trusted_origins`: whose pages may
  /// write here beside our own.
  static Gate open(std::vector<std::string> trusted_origins = {});
  /// `authenticator` and the `limiter`, when there is one, must outlive the gate and the routes
  /// behind it. Each token has a quota of its own; a user's sessions share one.
  static Gate required(service::Authenticator& authenticator,
                       std::vector<std::string> trusted_origins = {},
                       http::RateLimiter* limiter = nullptr);

  /// The rows with the gate in front of each. Throws Error{internal} for one that has something to
  /// check and runs inline: credentials are looked up in the database.
  std::vector<http::Route> guard(std::vector<Endpoint> endpoints) const;

 private:
  Gate(service::Authenticator* authenticator, std::vector<std::string> trusted_origins,
       http::RateLimiter* limiter);

  /// Who was let in, or what the others are told.
  using Entry = std::variant<service::Caller, http::Response>;
  /// The rows that a gathering serves.
  using Rows = std::vector<std::shared_ptr<const Endpoint>>;

  http::Response admit(const Endpoint& endpoint, const http::Request& request) const;
  Entry look_at(const Endpoint& endpoint, const http::Request& request) const;
  Entry look_at_open(const Endpoint& endpoint, const http::Request& request) const;
  Entry look_at_session(const http::Request& request) const;
  Entry look_at_token(const Endpoint& endpoint, const http::Request& request,
                      const std::optional<service::Caller>& owner) const;
  std::optional<http::Allowance> take_off_quota(const service::Caller& caller) const;
  http::Response call(const Endpoint& endpoint, const http::Request& request,
                      const service::Caller& caller,
                      const std::optional<http::Allowance>& allowance) const;

  std::shared_ptr<const http::Lane> lane_of(Rows rows) const;
  std::vector<http::Outcome> admit_together(const Rows& rows,
                                            std::span<const http::Arrival> arrivals) const;
  /// All tokens are looked up at once; none for what shows something else: a session, or nothing.
  std::vector<std::optional<Entry>> look_at_together(const Rows& rows,
                                                     std::span<const http::Arrival> arrivals) const;

  service::Authenticator* authenticator_;  ///< nullptr: open
  std::vector<std::string> trusted_origins_;
  http::RateLimiter* limiter_;  ///< nullptr: no quota
};

}  // namespace notes::api
