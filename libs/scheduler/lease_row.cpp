#include "scheduler/lease_row.hpp"

#include <fmt/format.h>

#include "scheduler/rows.hpp"

namespace notes::scheduler {

using namespace std::chrono_literals;

std::string lease_columns(const db::Dialect& dialect) {
  return fmt::format(
      "CAST(holder AS TEXT), holder_name, CAST(epoch AS TEXT), CAST(acquired_at AS TEXT), "
      "CAST(renewed_at AS TEXT), CAST(expires_at AS TEXT), CAST(requests AS TEXT), "
      "CAST(step_down_epoch AS TEXT), CAST({} AS TEXT)",
      dialect.clock_after(0ms));
}

LeaderLease::State read_lease(const std::vector<db::Text>& row) {
  const RowReader read("cron_leases", row);
  LeaderLease::State state;
  state.holder = read.id<HolderId>(0);
  state.holder_name = read.text(1);
  state.epoch = read.number(2);
  state.acquired_at = read.time(3);
  state.renewed_at = read.time(4);
  state.database_now = read.time(8);
  state.remaining =
      std::chrono::floor<std::chrono::milliseconds>(read.time(5) - state.database_now);
  state.requests = read.number(6);
  state.step_down_epoch = read.number(7);
  return state;
}

}  // namespace notes::scheduler
