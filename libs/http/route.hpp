#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.hpp"

namespace notes::http {

/// A function of values: no socket is needed to test one. What it throws is answered by the error
/// boundary.
using Handler = std::function<Response(const Request&)>;

/// Where a handler runs.
enum class Runs {
  inline_,    ///< on the I/O thread that parsed the request: for handlers that never wait
  on_worker,  ///< on a database worker, behind a bounded queue with a deadline
};

struct Route;

/// One of several requests that are answered together.
struct Arrival {
  const Route& route;
  const Request& request;
};

/// What is left to do for a request that cannot be answered together with others, to be run on a
/// worker. What it throws is answered by the error boundary.
using Alone = std::function<Response()>;

/// What has become of one of several requests: its answer, what its handler threw, or what is to be
/// run for it alone.
using Outcome = std::variant<Response, std::exception_ptr, Alone>;

/// Where requests of one kind are gathered: a request that finds nobody there is served at once,
/// and those that come while it is are the next batch, answered together. A batch's read begins
/// after all of its requests have arrived.
struct Lane {
  std::string_view name;  ///< the label of its metrics
  std::size_t most = 64;  ///< requests at once
  unsigned threads = 1;   ///< batches at once
  /// One outcome for each, in their order. When it throws, nothing has been done for any of them:
  /// they are served alone, by their routes' own handlers, unless the database is not there.
  std::function<std::vector<Outcome>(std::span<const Arrival>)> handler;
};

/// One row of the route table.
struct Route {
  Method method = Method::get;
  std::string pattern;         ///< "/api/v1/notes/{id}": a {name} takes one whole segment
  std::string_view operation;  ///< the OpenAPI operationId: "get_note"
  Runs runs = Runs::on_worker;
  Handler handler;
  std::shared_ptr<const Lane> lane = {};  ///< shared by the routes it serves; null: on its own
};

/// The {names} of a pattern, in its order; views into it.
std::vector<std::string_view> names_in(std::string_view pattern);

/// What a path and a method lead to.
struct Match {
  const Route* route = nullptr;  ///< nullptr: see `allowed`
  Parameters values;             ///< the pattern's {names}, percent-decoded once
  std::vector<Method> allowed;   ///< the methods of that path; empty: no such path (404)
};

/// Finds the route of a request: segment by segment, a literal before a {name}. Immutable and
/// thread-safe once built. HEAD is found where GET is; OPTIONS belongs to the server.
class Router {
 public:
  /// Throws Error{internal} when two rows have the same method and pattern.
  explicit Router(std::vector<Route> routes);
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// `path` is percent-encoded; it is split at '/' first and each segment decoded once, so "%2F"
  /// stays inside one.
  Match match(Method method, std::string_view path) const;
  const std::vector<Route>& routes() const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace notes::http
