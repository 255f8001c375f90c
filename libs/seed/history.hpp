#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/session.hpp"
#include "migrate/history.hpp"
#include "migrate/table_name.hpp"
#include "seed/file.hpp"
#include "seed/report.hpp"

namespace notes::seed {

/// Which seed files were run in which environment, and as they were then: the table NAME_seeds
/// beside the history of migrations. What it says decides nothing: rows are looked for each time.
/// The statements run in the session's transaction, if it is in one. What is passed in must outlive
/// it.
class History {
 public:
  /// The format this build writes, kept in each row.
  static constexpr int kFormat = 1;

  History(db::Session& session, const migrate::TableName& table, migrate::Author author,
          const Clock& clock);

  /// Makes the table if it is not there. Throws Error{refused} when a newer build has written it.
  void prepare();

  Edition edition(std::string_view environment, const File& file) const;
  void record(std::string_view environment, const File& file);

 private:
  std::string table() const { return table_.quoted(session_.dialect(), "_seeds"); }

  db::Session& session_;
  const migrate::TableName& table_;
  migrate::Author author_;
  const Clock& clock_;
};

}  // namespace notes::seed
