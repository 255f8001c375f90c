#include "jobs/user_range.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::jobs {

domain::UserId last_user_done(const scheduler::Run& run) {
  if (run.checkpoint().empty()) return {};
  const auto last = domain::UserId::parse(run.checkpoint());
  if (!last) {
    throw Error(ErrorCode::internal, fmt::format("run {}: its checkpoint '{}' is no user's id",
                                                 to_string(run.record().id), run.checkpoint()));
  }
  return *last;
}

}  // namespace notes::jobs
