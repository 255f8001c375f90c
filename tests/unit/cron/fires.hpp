#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cron/schedule.hpp"

namespace notes::cron {

/// The instant that RFC 3339 text names.
inline Timestamp instant(std::string_view text) { return Timestamp::parse(text).value(); }

/// The first `count` fires after an instant (fewer when there are no more).
inline std::vector<Fire> fires_after(const Schedule& schedule, Timestamp after, std::size_t count) {
  std::vector<Fire> fires;
  while (fires.size() < count) {
    auto fire = schedule.next(after);
    if (!fire) break;
    after = fire->at;
    fires.push_back(std::move(*fire));
  }
  return fires;
}

}  // namespace notes::cron
