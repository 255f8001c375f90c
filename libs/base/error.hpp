#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace notes {

/// What went wrong, in terms that every caller can act on. Three tables derive from it, each in one
/// place: the HTTP status (http/problem.cpp), the exit code (cli/exit_code.cpp) and the log level
/// (telemetry/log.cpp).
enum class ErrorCode {
  usage,             ///< a command line or a setting is wrong; the person can mend it
  malformed,         ///< input that cannot be parsed
  invalid,           ///< input that parses and breaks a rule; see Error::violations()
  unauthenticated,   ///< no credentials, or wrong ones
  forbidden,         ///< credentials that do not allow this
  not_found,         ///< the thing named does not exist (or is not the caller's)
  conflict,          ///< a uniqueness or reference rule of the database refuses it
  stale,             ///< the caller's version is not the current one
  too_large,         ///< input beyond a limit
  unsupported,       ///< input in a form that is not understood here (a media type)
  statement_failed,  ///< the database refused a statement; what it began was rolled back
  pending,           ///< migrations are waiting to be applied
  inconsistent,      ///< the graph of revisions is broken: several heads, a cycle, a missing parent
  altered,           ///< an applied migration file has been changed
  locked,            ///< a lock was not obtained in time
  unreachable,       ///< the database (or another peer) cannot be reached; retrying may help
  overloaded,        ///< a bounded queue or pool is full; retrying later helps
  deadline_exceeded,  ///< the work did not finish in its time
  interrupted,        ///< a signal ended the work; it can be resumed
  refused,            ///< a policy forbids it
  unconfirmed,        ///< it needs a confirmation that was not given
  internal,           ///< a bug or a broken machine; its text is for operators only
};

/// The code's own name ("not_found"), as it stands in log lines and JSON.
std::string_view to_string(ErrorCode code);

/// One broken rule about one part of the input.
struct Violation {
  std::string pointer;  ///< RFC 6901 JSON pointer ("/title"), or a parameter's name
  std::string code;     ///< machine-readable ("too_long")
  std::string detail;   ///< for a person, with the limit and the value

  friend bool operator==(const Violation&, const Violation&) = default;
};

/// Every error that ends an operation. what() names the thing, the value and the way out; except
/// for ErrorCode::internal it may be shown to whoever asked.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message);
  /// ErrorCode::invalid with all that was found wrong.
  explicit Error(std::vector<Violation> violations);

  ErrorCode code() const { return code_; }
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  ErrorCode code_;
  std::vector<Violation> violations_;
};

}  // namespace notes
