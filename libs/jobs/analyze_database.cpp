#include "jobs/analyze_database.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "jobs/summary.hpp"
#include "schema/table.hpp"

namespace notes::jobs {

void analyze_database(scheduler::Run& run, const Arguments&) {
  const auto behind = run.checkpoint();
  auto names =
      run.database().read([](db::Session& session) { return schema::table_names(session); });
  std::sort(names.begin(), names.end());  // by bytes, whatever the database's collation
  const auto left =
      std::count_if(names.begin(), names.end(), [&](const auto& name) { return name > behind; });
  run.expect(processed(run) + left);
  for (const auto& name : names) {
    if (name <= behind) continue;
    // One transaction a table: on SQLite nobody else writes meanwhile.
    run.chunk([&](db::Session& session) {
      if (const auto table = schema::find_table(session, name)) {
        const auto& dialect = session.dialect();
        dialect.execute_raw(session, fmt::format("ANALYZE {}", schema::quoted(dialect, *table)));
      }
      return scheduler::Chunk{name, {{"processed", 1}}};
    });
  }
}

}  // namespace notes::jobs
