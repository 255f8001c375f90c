#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "migrate/history.hpp"
#include "migrate/migration.hpp"
#include "migrate/table_name.hpp"

namespace notes::migrate {

/// A migration that is to be run, with its SQL.
struct PlannedStep {
  Migration migration;
  Direction direction = Direction::up;
};

struct ScriptOptions {
  db::Engine engine = db::Engine::postgresql;
  TableName table{TableName::kDefault};
  Author author;
  bool makes_tables = false;  ///< the database has no history yet
  bool stamps = false;        ///< rows of the history only; no statement of a migration
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(2);  ///< for each table lock
};

/// What running the steps would send, with the rows of the history, as a script for psql or the
/// sqlite3 shell: run on the database the plan was made for, it leaves what the run would leave. It
/// stops at the first error; each migration commits with its row in the history, and one that is
/// applied already breaks the primary key of the history and is rolled back.
///
/// It takes no lock against other runs and keeps no journal; on SQLite it checks references before
/// each commit, but counts no rows. Throws what batches() throws; Error{refused} for a migration to
/// be taken back that has no `migrate:down`.
std::string script(const std::vector<PlannedStep>& steps, const ScriptOptions& options,
                   const Clock& clock);

/// The rows that make a database with the same, empty tables stand where this one stands: what is
/// applied and each file as it was, in the order of the ids, but not when, by whom and how long. So
/// that two databases at the same revisions give the same text. The tables are named in `schema`,
/// or as `table` has it. Throws what History::source throws.
std::string history_script(const History& history, const db::Dialect& dialect,
                           std::string_view schema, const TableName& table);

}  // namespace notes::migrate
