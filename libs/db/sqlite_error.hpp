#pragma once

#include <string>
#include <string_view>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace notes::db {

/// SQLite could not compile a statement that it took for well-formed enough to look at: with the
/// plain SQLITE_ERROR, a table or column that is not there, or bad syntax. SQLite has no code of
/// its own for either.
class SqliteCompileError final : public soci::sqlite3_soci_error {
 public:
  using soci::sqlite3_soci_error::sqlite3_soci_error;
};

/// What stands behind the first statement of `text` as sqlite3_prepare left it: true when another
/// one does.
bool another_statement(sqlite_api::sqlite3* connection, std::string_view tail);

/// The name of an extended result code ("SQLITE_CONSTRAINT_UNIQUE"); "SQLITE_ERROR 1234" for one
/// that is not in the table.
std::string result_code_name(int code);

}  // namespace notes::db
