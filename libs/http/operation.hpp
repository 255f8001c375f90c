#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/schema.hpp"

/// What a client may rely on, said once per operation: OpenAPI 3.1 is rendered from it.
namespace notes::http {

/// Where a parameter stands in a request.
enum class In { path, query, header };

struct Parameter {
  In in = In::query;
  std::string_view name;
  std::string_view description;
  Schema schema;
  Schema::Need need = Schema::Need::optional;  ///< one of a path is always required
};

/// A field of an answer's head.
struct Field {
  std::string_view name;
  std::string_view description;
  Schema schema;
  Schema::Need need = Schema::Need::required;
};

/// A body in one media type.
struct Content {
  std::string_view media_type;
  Schema schema;
};

/// What an operation answers when it did what was asked.
struct Answer {
  int status = 200;
  std::string_view description;
  std::vector<Content> contents = {};  ///< empty: no body
  std::vector<Field> fields = {};
};

/// A problem (RFC 9457) that an operation answers, beside those that the server answers anywhere.
struct Refusal {
  int status = 400;
  std::string_view when;
  std::vector<Field> fields = {};
};

/// Credentials that an operation takes, with the roles or scopes that they must have.
struct Credential {
  std::string_view scheme;  ///< one of ApiDescription::credentials
  std::vector<std::string> scopes = {};
};

/// The contract of the route rows that name it.
struct Operation {
  std::string_view id;  ///< the rows' operationId: "get_note"
  std::string_view tag;
  std::string_view summary;
  std::string_view description = {};
  std::vector<Parameter> parameters = {};
  std::vector<Content> body = {};  ///< each media type that it is read in; empty: none is read
  std::vector<Answer> answers;
  std::vector<Refusal> refusals = {};
  std::vector<Credential> credentials = {};  ///< any one of them; empty: none are looked at
};

}  // namespace notes::http
