#include "http/mailbox.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/eventfd.h>

#include "base/error.hpp"

namespace notes::http {

Mailbox::Mailbox() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!event_) throw Error(ErrorCode::internal, std::string("eventfd: ") + std::strerror(errno));
}

void Mailbox::post(Completion completion) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = completions_.empty();
    completions_.push_back(std::move(completion));
  }
  if (first) wake();
}

void Mailbox::wake() {
  // It fails only when the counter is full, and then the descriptor is readable already.
  static_cast<void>(::eventfd_write(event_.get(), 1));
}

std::vector<Completion> Mailbox::take() {
  eventfd_t count = 0;
  // Before the queue is looked at: what is posted from here on makes the descriptor readable again.
  static_cast<void>(::eventfd_read(event_.get(), &count));
  const std::lock_guard lock(mutex_);
  return std::exchange(completions_, {});
}

}  // namespace notes::http
