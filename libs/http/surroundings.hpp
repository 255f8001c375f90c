#pragma once

#include <atomic>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "http/lanes.hpp"
#include "http/observations.hpp"
#include "http/pipeline.hpp"
#include "http/writer.hpp"

namespace notes::http {

/// What the connections of one I/O thread share. All of it outlives them.
struct Surroundings {
  const config::ServerSettings& settings;
  const Pipeline& pipeline;
  Lanes& lanes;
  Mailbox& mailbox;
  Observations& observations;
  const std::atomic<bool>& retiring;
  std::span<char> read_buffer;
  DateText date;
  SystemClock clock;
  std::string policy = {};  ///< the policy's fields of the answer that is being written
};

}  // namespace notes::http
