#include "process/descriptor.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"

namespace notes::process {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

void Descriptor::close() noexcept {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("a pipe", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool try_write(const Descriptor& to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(to.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return false;
    if (written < 0) fail("a pipe", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void fail(std::string_view what, int error) {
  throw Error(ErrorCode::internal, fmt::format("{}: {}", what, std::strerror(error)));
}

}  // namespace notes::process
