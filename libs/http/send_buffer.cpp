#include "http/send_buffer.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace notes::http {

void release(std::string& buffer) {
  if (buffer.capacity() > kKeptCapacity) {
    buffer = std::string();
  } else {
    buffer.clear();
  }
}

SendBuffer::Sent SendBuffer::send_to(int socket) {
  while (unsent() > 0) {
    const ssize_t sent = ::send(socket, bytes_.data() + sent_, unsent(), MSG_NOSIGNAL);
    if (sent >= 0) {
      sent_ += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return Sent::broken;
    blocked_ = true;
    if (sent_ >= unsent()) {
      bytes_.erase(0, sent_);
      sent_ = 0;
    }
    return Sent::blocked;
  }
  sent_ = 0;
  release(bytes_);
  return Sent::all;
}

}  // namespace notes::http
