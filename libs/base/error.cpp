#include "base/error.hpp"

#include <utility>

#include <fmt/format.h>

namespace notes {
namespace {

std::string summary(const std::vector<Violation>& violations) {
  std::string text;
  for (const auto& violation : violations) {
    fmt::format_to(std::back_inserter(text), "{}{}: {}", text.empty() ? "" : "; ",
                   violation.pointer, violation.detail);
  }
  return text;
}

}  // namespace

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::stale:
      return "stale";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::statement_failed:
      return "statement_failed";
    case ErrorCode::pending:
      return "pending";
    case ErrorCode::inconsistent:
      return "inconsistent";
    case ErrorCode::altered:
      return "altered";
    case ErrorCode::locked:
      return "locked";
    case ErrorCode::unreachable:
      return "unreachable";
    case ErrorCode::overloaded:
      return "overloaded";
    case ErrorCode::deadline_exceeded:
      return "deadline_exceeded";
    case ErrorCode::interrupted:
      return "interrupted";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::unconfirmed:
      return "unconfirmed";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

Error::Error(ErrorCode code, const std::string& message)
    : std::runtime_error(message), code_(code) {}

Error::Error(std::vector<Violation> violations)
    : std::runtime_error(summary(violations)),
      code_(ErrorCode::invalid),
      violations_(std::move(violations)) {}

}  // namespace notes
