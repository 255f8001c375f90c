#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "config/variables.hpp"
#include "jobs/prune_history.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// What some jobs need beside their run.
struct Surroundings {
  config::DatabaseSettings database;  ///< where a backup is taken from
  std::string version;                ///< of this build, for the backup's manifest
  config::Variables variables = {};   ///< the environment of pg_dump
  RetentionOf retention;
};

/// The jobs of the notes service, a row each.
std::vector<scheduler::BuiltinJob> jobs(const Surroundings& surroundings);

}  // namespace notes::jobs
