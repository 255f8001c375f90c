#pragma once

#include <memory>
#include <string>

#include "migrate/platform.hpp"

namespace notes::migrate {

/// What the session of a run is called in pg_stat_activity: whoever holds the run's lock knows that
/// another one of this name was left behind by a run that was killed. 63 bytes at most, or the
/// server cuts it.
std::string run_name(const TableName& table);

/// Platform::lock for PostgreSQL: an advisory lock of the lock's own session, or, where a pooler
/// stands between and sessions are not what they seem, a leased row. Each respects the other.
std::unique_ptr<RunLock> lock_postgresql(const db::Url& url,
                                         const config::DatabaseSettings& settings,
                                         const TableName& table, const LockRequest& request);

}  // namespace notes::migrate
