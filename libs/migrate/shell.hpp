#pragma once

#include <string>
#include <string_view>

#include "db/url.hpp"
#include "migrate/history.hpp"

namespace notes::migrate {

/// In what the scripts for psql and for the sqlite3 shell differ.
struct Shell {
  std::string_view head;           ///< ends the script at its first error, and sets its session up
  std::string_view now;            ///< as the column of a time has it
  std::string_view from_hex;       ///< text from its bytes, {} stands for their digits
  std::string_view before_commit;  ///< inside each transaction, behind its statements
};

const Shell& shell_of(db::Engine engine);

/// A literal that the shell hands on byte for byte: it reads line by line, and sqlite3 drops the CR
/// at a line's end.
std::string literal(const Shell& shell, std::string_view value);

/// The INSERT, without a semicolon, of a row of the history into `table` (quoted). `source` is the
/// file; the row's time is that of the INSERT.
std::string history_row(const Shell& shell, std::string_view table, const AppliedRevision& row,
                        std::string_view source);

}  // namespace notes::migrate
