#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/database.hpp"

namespace notes::service {

/// One thing that must hold before this instance may be sent requests.
struct ReadinessCheck {
  std::string name;
  bool passed = false;
  std::string detail;  ///< for an operator: what was found, and the way out when it did not pass
};

struct Readiness {
  std::vector<ReadinessCheck> checks;

  bool ready() const;
};

/// Asks the database whether it can be reached, has the schema that this build's statements need
/// (theirs, or a later one that has it in its past), and a session to spare. Thread-safe; the
/// database must outlive it.
class ReadinessProbe {
 public:
  ReadinessProbe(db::Database& database, const Clock& clock);

  /// Never throws for a database that is down or not migrated: that is what it reports.
  Readiness check();

 private:
  db::Database& database_;
  const Clock& clock_;
};

}  // namespace notes::service
