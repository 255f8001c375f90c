#pragma once

#include <chrono>

namespace notes::db {

/// Growing pauses between attempts: each is drawn evenly from the upper half of a span that doubles
/// from `first` to `longest`, so that those who collided do not meet again at the same moment. One
/// thread's.
class Backoff {
 public:
  explicit Backoff(std::chrono::microseconds first = std::chrono::milliseconds(5),
                   std::chrono::microseconds longest = std::chrono::milliseconds(500));

  /// The length of the next pause.
  std::chrono::microseconds next();
  /// Takes it.
  void pause();

 private:
  std::chrono::microseconds span_;
  std::chrono::microseconds longest_;
};

}  // namespace notes::db
