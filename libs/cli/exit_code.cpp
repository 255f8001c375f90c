#include "cli/exit_code.hpp"

namespace notes::cli {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::malformed:
    case ErrorCode::invalid:
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::unsupported:
    case ErrorCode::conflict:
    case ErrorCode::stale:
    case ErrorCode::too_large:
      return ExitCode::usage;
    case ErrorCode::statement_failed:
      return ExitCode::statement_failed;
    case ErrorCode::pending:
      return ExitCode::pending;
    case ErrorCode::inconsistent:
      return ExitCode::inconsistent;
    case ErrorCode::altered:
      return ExitCode::altered;
    case ErrorCode::locked:
      return ExitCode::locked;
    case ErrorCode::unreachable:
    case ErrorCode::overloaded:
      return ExitCode::unreachable;
    case ErrorCode::deadline_exceeded:
    case ErrorCode::interrupted:
      return ExitCode::interrupted;
    case ErrorCode::refused:
      return ExitCode::refused;
    case ErrorCode::unconfirmed:
      return ExitCode::unconfirmed;
    case ErrorCode::internal:
      return ExitCode::internal;
  }
  return ExitCode::internal;
}

}  // namespace notes::cli
