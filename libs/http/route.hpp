#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
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

/// One row of the route table.
struct Route {
  Method method = Method::get;
  std::string pattern;         ///< "/api/v1/notes/{id}": a {name} takes one whole segment
  std::string_view operation;  ///< the OpenAPI operationId: "get_note"
  Runs runs = Runs::on_worker;
  Handler handler;
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
