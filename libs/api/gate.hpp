#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/scope.hpp"
#include "http/route.hpp"
#include "service/authenticator.hpp"

namespace notes::api {

/// Who may call a route.
enum class Access {
  everybody,    ///< no credentials are looked at
  read_notes,   ///< a user; a token needs the scope notes:read
  write_notes,  ///< a user; a token needs the scope notes:write
};

/// The scope that a token needs; none where no credentials are looked at.
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
};

/// Stands in front of the handlers: finds out who calls, once, and whether they may. Thread-safe
/// and immutable.
///
/// Without credentials, or with such as are worth nothing, the answer is 401 with a challenge (RFC
/// 6750 §3); where the scopes do not reach, 403. An open gate takes everybody for the local user.
class Gate {
 public:
  /// Open: for a server that only its own machine can reach.
  static Gate open() { return Gate(nullptr); }
  /// `authenticator` must outlive the gate and the routes behind it.
  static Gate required(service::Authenticator& authenticator) { return Gate(&authenticator); }

  /// The rows with the gate in front of each. Throws Error{internal} for one that has something to
  /// check and runs inline: credentials are looked up in the database.
  std::vector<http::Route> guard(std::vector<Endpoint> endpoints) const;

 private:
  explicit Gate(service::Authenticator* authenticator) : authenticator_(authenticator) {}

  http::Response admit(const Endpoint& endpoint, const http::Request& request) const;

  service::Authenticator* authenticator_;  ///< nullptr: open
};

}  // namespace notes::api
