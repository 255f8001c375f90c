#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "http/message.hpp"
#include "http/operation.hpp"

namespace notes::api {

/// Which part of the list of a note's earlier versions a client asks for.
struct RevisionRequest {
  std::int64_t before = 0;  ///< only versions before this one
  std::size_t limit = 0;

  /// What from() reads.
  static std::vector<http::Parameter> parameters();

  /// Reads `before` (1 or greater; unless given, the list begins with the newest) and `limit`
  /// (1..200). Throws Error{invalid} naming each parameter that is wrong, unknown or repeated.
  static RevisionRequest from(const http::Request& request);
};

}  // namespace notes::api
