#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace notes::http {

class Lanes;

/// A request that waits for a worker or is with one.
struct InFlight {
  std::string request_id;
  std::string trace_id;
  Method method = Method::get;
  std::string path;
  std::string route;
  std::string client;
  std::chrono::steady_clock::duration age{};  ///< since it arrived
  bool running = false;                       ///< with a worker
};

/// What a server is doing, for those who watch it: probes and operators. It outlives the server,
/// which tells it. Thread-safe.
class Activity {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// How often each I/O thread says that it comes round.
  static constexpr std::chrono::seconds kBeat{1};

  Activity() = default;
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  /// How long the I/O thread that was silent longest has been; 0 when there is none.
  std::chrono::steady_clock::duration silence(TimePoint now) const;

  /// The requests that are waiting or running, in the order in which they came; `most` of them.
  std::vector<InFlight> in_flight(TimePoint now, std::size_t most) const;

  /// By the server: a thread's own pulse, which it sets to the steady clock's time at each beat. It
  /// lives as long as this.
  using Pulse = std::atomic<TimePoint>;
  Pulse& add_thread(TimePoint now);
  /// By the server: whom to ask for requests; nullptr when the server goes.
  void follow(const Lanes* lanes);
  /// By the server when its I/O threads have ended: they are silent for good.
  void forget_threads();

 private:
  mutable std::mutex mutex_;
  // guards: all below
  std::deque<Pulse> pulses_;
  bool threads_ended_ = false;
  const Lanes* lanes_ = nullptr;
};

}  // namespace notes::http
