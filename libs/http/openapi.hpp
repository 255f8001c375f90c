#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/operation.hpp"
#include "http/route.hpp"

namespace notes::http {

/// A heading under which operations stand.
struct Tag {
  std::string_view name;
  std::string_view description;
};

/// A way to say who calls.
struct CredentialScheme {
  enum class Kind { bearer, cookie };

  std::string_view name;
  Kind kind = Kind::bearer;
  std::string_view cookie = {};  ///< the cookie's name
  std::string_view description;
};

/// What a service's document says beside its routes.
struct ApiDescription {
  std::string_view title;
  std::string_view version;
  std::string_view description;
  std::vector<Tag> tags;
  std::vector<Operation> operations;
  std::vector<NamedSchema> schemas;
  std::vector<CredentialScheme> credentials = {};
};

/// The problems that the server itself answers to any request, whatever route it is for: those of
/// its parser, its router, its limits, queue and deadlines.
const std::vector<Refusal>& server_refusals();

/// The OpenAPI 3.1 document of the routes, indented JSON that ends with a newline. A route whose
/// operation an earlier one has is named there as another address of it. Throws Error{internal},
/// naming the row, for a route without an operation, an operation without a route, and a {name} in
/// a pattern that is no parameter of its operation.
std::string openapi_document(const std::vector<Route>& routes, const ApiDescription& api);

}  // namespace notes::http
