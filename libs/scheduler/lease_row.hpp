#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/dialect.hpp"
#include "db/query.hpp"
#include "scheduler/lease.hpp"

namespace notes::scheduler {

/// Where a resignation, and whatever is asked of the leader, is told.
inline constexpr std::string_view kLeaseChannel = "cron_leases";

inline constexpr std::size_t kLeaseColumnCount = 9;

/// The columns of cron_leases as text, and the database's clock, for SELECT and RETURNING.
std::string lease_columns(const db::Dialect& dialect);

LeaderLease::State read_lease(const std::vector<db::Text>& row);

}  // namespace notes::scheduler
