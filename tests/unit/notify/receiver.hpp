#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace notes::tests {

/// A web server on a free port of this machine that answers each request with the next of its
/// answers, and the last one from then on; an empty answer is none at all: the connection stays
/// open. Remembers what it was asked.
class Receiver {
 public:
  /// Answers are a status line and further headers: "429 Slow\r\nRetry-After: 1\r\n".
  explicit Receiver(std::vector<std::string> answers);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver();

  std::string url(std::string_view path) const;
  /// The requests so far, waiting until there are so many: each "POST /path\n" and its body.
  std::vector<std::string> requests(std::size_t count);

 private:
  void serve(const std::stop_token& stop);
  void answer(int connection);

  std::vector<std::string> answers_;
  int listener_ = -1;
  std::mutex mutex_;
  // guards: requests_
  std::vector<std::string> requests_;
  std::condition_variable arrived_;
  std::vector<int> silent_;  ///< the thread's: connections that get no answer
  std::jthread thread_;
};

}  // namespace notes::tests
