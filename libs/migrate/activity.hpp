#pragma once

#include <string>

namespace notes::migrate {

/// What the database says of the statement that a run's session is executing.
struct Activity {
  std::string blocker;   ///< who keeps it waiting for a lock, and since when; empty: nobody
  std::string progress;  ///< "building index: scanning table, 43%"; empty where it does not tell
};

}  // namespace notes::migrate
