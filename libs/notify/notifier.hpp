#pragma once

#include <chrono>
#include <string>

#include "config/settings.hpp"

namespace notes::notify {

/// Something to tell people.
struct Message {
  std::string title;      ///< one line: "purge-trash failed"
  std::string body = {};  ///< what happened; lines
};

/// Tells people, and outside watches, without ever holding up whoever has something to say.
/// Thread-safe.
class Notifier {
 public:
  Notifier() = default;
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  virtual ~Notifier() = default;

  /// Takes the message over, to be delivered soon, tried again when that fails. Returns at once,
  /// and does not throw for what goes wrong with the delivery: that is logged and counted.
  virtual void deliver(Message message) = 0;
  /// The same for a URL that wants to be fetched (GET); an empty one is nothing to do.
  virtual void ping(const config::Secret& url) = 0;
  /// Waits until everything taken over is delivered or given up, at most that long. True when
  /// nothing is left.
  virtual bool flush(std::chrono::milliseconds longest) = 0;
};

}  // namespace notes::notify
