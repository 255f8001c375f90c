#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace notes::migrate {

/// Finds out who keeps a run's statements waiting. Nobody can be asked once the wait has been given
/// up, so a thread asks while it lasts. begin(), end() and seen() belong to the thread that runs.
class BlockerWatch {
 public:
  /// `look` says who is in the way at the moment, or nothing. It is called on the watch's thread,
  /// every `interval` while a statement runs; what it throws counts as nothing. An empty one makes
  /// a watch that never sees anything.
  BlockerWatch(std::function<std::string()> look, std::chrono::milliseconds interval);

  void begin();
  void end();
  /// Who was in the way of the last statement when last looked; empty when nobody was seen.
  std::string seen() const;

 private:
  void watch(const std::stop_token& over);
  std::string ask() const;

  std::function<std::string()> look_;
  std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;
  // guards: statement_, running_, seen_
  unsigned long statement_ = 0;
  bool running_ = false;
  std::string seen_;
  std::jthread thread_;
};

/// How often to look, for a wait of this length; 0 is a wait without an end.
std::chrono::milliseconds watch_interval(std::chrono::milliseconds lock_timeout);

}  // namespace notes::migrate
