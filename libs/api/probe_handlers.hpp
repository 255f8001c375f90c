#pragma once

#include <atomic>

#include "http/activity.hpp"
#include "http/message.hpp"
#include "service/readiness.hpp"

namespace notes::api {

/// What orchestrators and operators ask. Thread-safe; what it is given must outlive it.
class ProbeHandlers {
 public:
  /// `activity`: of the server whose health is asked for.
  ProbeHandlers(service::ReadinessProbe& readiness, const http::Activity& activity);

  /// From now on readiness is refused, so that no new client is sent here.
  void begin_draining() { draining_ = true; }

  /// 200 as long as every I/O thread has come round within 5 s, else 503: then only a restart
  /// helps. The database is not asked.
  http::Response health(const http::Request& request) const;
  /// 200 when every check passes, else 503; the checks either way.
  http::Response readiness(const http::Request& request) const;
  http::Response ping(const http::Request& request) const;

 private:
  service::ReadinessProbe& readiness_;
  const http::Activity& activity_;
  std::atomic<bool> draining_ = false;
};

}  // namespace notes::api
