#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "http/message.hpp"
#include "http/schema.hpp"

namespace notes::http {

inline constexpr std::string_view kProblemMediaType = "application/problem+json";

/// An error as a client sees it: RFC 9457 `application/problem+json`.
struct Problem {
  int status = 500;
  std::string type = "about:blank";  ///< a URI reference; about:blank means the status says it all
  std::string title;                 ///< empty: the status' own phrase
  std::string detail;                ///< about this occurrence; empty: left out
  std::vector<Violation> errors;     ///< left out when there are none
  std::vector<std::string> violated_policies = {};  ///< of quota-exceeded; else left out
};

/// The status' phrase as RFC 9110 registers it ("Not Found").
std::string_view phrase(int status);

/// THE table ErrorCode → HTTP status.
int status_of(ErrorCode code);

/// What a client may know of an error. ErrorCode::internal and the other 5xx show no text of their
/// own.
Problem problem_of(const Error& error);

/// What every problem's body looks like.
Schema problem_schema();

/// The problem as a response; `instance` is the request's path, `request_id` its id.
Response respond(const Problem& problem, const Request& request);

}  // namespace notes::http
