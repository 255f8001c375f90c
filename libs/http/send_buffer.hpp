#pragma once

#include <cstddef>
#include <string>

namespace notes::http {

/// Buffers that grew beyond this are given back when they are empty.
inline constexpr std::size_t kKeptCapacity = std::size_t{16} * 1024;

/// Empties a buffer, and keeps its memory unless that is much.
void release(std::string& buffer);

/// Bytes on their way into a socket that does not block.
class SendBuffer {
 public:
  enum class Sent {
    all,
    blocked,  ///< the socket takes no more until it is writable()
    broken,   ///< the connection is
  };

  /// What is to be sent is appended here.
  std::string& tail() { return bytes_; }
  std::size_t unsent() const { return bytes_.size() - sent_; }
  bool is_blocked() const { return blocked_; }
  void writable() { blocked_ = false; }
  /// Precondition: not is_blocked().
  Sent send_to(int socket);

 private:
  std::string bytes_;
  std::size_t sent_ = 0;
  bool blocked_ = false;
};

}  // namespace notes::http
