#pragma once

#include <chrono>
#include <map>
#include <string_view>
#include <tuple>

#include "http/message.hpp"
#include "http/route.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::http {

/// The counter of those who were turned away, wherever that was.
inline constexpr std::string_view kShedRequests = "http_server_shed_requests_total";
inline constexpr std::string_view kShedRequestsHelp =
    "Requests answered 503 because the queue was full or did not move in time.";

/// One request that has been answered.
struct Answered {
  const Request& request;
  const Route* route = nullptr;  ///< nullptr: none was found, or the request was never complete
  int status = 0;
  std::size_t body_bytes = 0;
  std::chrono::steady_clock::duration duration{};
};

/// The access log and the metrics of requests. One per I/O thread, so that looking up a histogram
/// takes no lock; not thread-safe.
class Observations {
 public:
  /// Both must outlive it.
  Observations(telemetry::Logger& logger, telemetry::Metrics& metrics);

  void opened_connection() { connections_.add(1); }
  void closed_connection() { connections_.add(-1); }
  void began() { active_.add(1); }
  /// A request that waited too long.
  void shed() { shed_.increment(); }
  /// How late the thread came to what it had planned for a moment.
  void lagged(std::chrono::steady_clock::duration lag);
  /// After began(): its answer is ready.
  void answered(const Answered& answered);
  /// A request that broke the protocol or a limit, or came too slowly.
  void rejected(const Answered& answered);

 private:
  using Key = std::tuple<const Route*, Method, int>;

  telemetry::Histogram& duration_of(const Answered& answered);
  void log(const Answered& answered);

  telemetry::Logger& logger_;
  telemetry::Metrics& metrics_;
  telemetry::Gauge connections_;
  telemetry::Gauge active_;
  telemetry::Counter shed_;
  telemetry::Histogram lag_;
  std::map<Key, telemetry::Histogram> durations_;
  std::map<int, telemetry::Counter> rejected_;
};

}  // namespace notes::http
