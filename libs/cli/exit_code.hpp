#pragma once

#include "base/error.hpp"

namespace notes::cli {

/// How the executables end; docs/exit-codes.md says it to their users.
enum class ExitCode : int {
  ok = 0,
  usage = 1,             ///< the command line, the configuration or the input is wrong
  statement_failed = 2,  ///< the database refused a statement; it was rolled back
  pending = 3,           ///< migrations are waiting to be applied
  unfinished = 3,        ///< of notes-server: requests were unfinished when its stop had to end
  inconsistent = 4,      ///< the graph of revisions, or a backup, contradicts itself
  altered = 5,           ///< an applied migration file has been changed
  locked = 6,            ///< a lock was not obtained in time
  unreachable = 7,       ///< the database cannot be reached, or has no room; trying again may help
  interrupted = 8,       ///< a signal or a deadline ended the work; it can be resumed
  refused = 9,           ///< a policy forbids it
  unconfirmed = 10,      ///< it needs a confirmation
  internal = 70,         ///< a bug or a broken machine (EX_SOFTWARE of sysexits.h)
  output_failed = 74,    ///< what was to be printed could not be written (EX_IOERR)
};

/// How a command that ends in an error of this code exits.
ExitCode exit_code_of(ErrorCode code);

}  // namespace notes::cli
