#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "identity/password.hpp"
#include "telemetry/metrics.hpp"

namespace notes::identity {

/// What passwords may cost a process.
struct PasswordLimits {
  PasswordCost cost;
  unsigned at_once = 2;      ///< hashes under way: so many times the cost in memory, and cores
  unsigned queue_limit = 8;  ///< callers waiting for their turn
};

/// Where passwords are hashed and verified: so many at once, a few waiting, the rest turned away,
/// so that logins cannot take the machine from everything else. The work is done on the caller's
/// own thread. Thread-safe.
class PasswordDesk {
 public:
  /// `metrics` must outlive it.
  PasswordDesk(const PasswordLimits& limits, telemetry::Metrics& metrics);
  PasswordDesk(const PasswordDesk&) = delete;
  PasswordDesk& operator=(const PasswordDesk&) = delete;

  /// Both throw Error{overloaded} when too many are waiting.
  std::string hash(std::string_view password);
  bool verify(const std::string& hash, std::string_view password);
  /// What verify() costs, for nobody: when there is no such user it is this that is done, so that
  /// the time taken tells nothing.
  void verify_nothing(std::string_view password);

  /// Whether a hash was made at another cost than today's.
  bool outdated(const std::string& hash) const { return costs_differently(hash, limits_.cost); }

 private:
  class Turn;

  const PasswordLimits limits_;
  const std::string nobodys_hash_;
  telemetry::Gauge waiting_gauge_;
  telemetry::Counter refused_;
  std::mutex mutex_;
  // guards: running_, waiting_
  std::condition_variable freed_;
  unsigned running_ = 0;
  unsigned waiting_ = 0;
};

}  // namespace notes::identity
