#pragma once

#include <string>
#include <vector>

#include "api/page_request.hpp"
#include "service/search.hpp"

namespace notes::api {

/// What a client searches for, which part of what is found it asks for, and what it wants to see of
/// each note.
struct SearchRequest {
  service::SearchRequest search;
  PageRequest page;  ///< what a list of the same filters would be asked for

  /// Reads `q` (domain/search_query.hpp), `fields`, which leaves out the body unless it is given,
  /// and the other parameters of a list but `sort` and `include_total`. Throws as
  /// PageRequest::from(); a cursor is bound to `q` as well.
  static SearchRequest from(const http::Request& request, const domain::Actor& actor,
                            const identity::TokenSigner& signer);

  /// These parameters as a client is told of them.
  static std::vector<http::Parameter> parameters();
};

}  // namespace notes::api
