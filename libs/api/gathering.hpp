#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "http/route.hpp"
#include "service/authenticator.hpp"

namespace notes::api {

/// One of several requests that the gate has let through, to be answered together.
struct Admitted {
  const http::Request& request;
  service::Caller caller;
  http::Alone alone;  ///< what the row's own handler does with it
};

/// What answers several requests at once: those of some rows of the route table, one outcome each,
/// in their order. See http::Lane.
struct Gathering {
  std::string_view name;
  std::size_t most = 64;
  unsigned threads = 1;
  std::function<std::vector<http::Outcome>(std::span<const Admitted>)> handler;
};

}  // namespace notes::api
