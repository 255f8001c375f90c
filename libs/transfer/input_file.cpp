#include "transfer/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace notes::transfer {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;

std::size_t read_some(int descriptor, const std::filesystem::path& path, char* to, std::size_t size,
                      std::uint64_t offset) {
  for (;;) {
    const auto got = ::pread(descriptor, to, size, static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) {
      throw Error(ErrorCode::unreachable,
                  fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
    }
  }
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), buffer_(kBufferBytes) {
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
    const int error = errno;
    if (descriptor_ >= 0) ::close(descriptor_);
    throw Error(ErrorCode::usage,
                fmt::format("{}: cannot be opened: {}", path.string(), std::strerror(error)));
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw Error(ErrorCode::usage,
                fmt::format("{}: is no regular file; a load that was cut off could not go on in it",
                            path.string()));
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

bool InputFile::fill() {
  begin_ += end_;
  at_ = 0;
  end_ = 0;
  end_ = read_some(descriptor_, path_, buffer_.data(), buffer_.size(), begin_);
  return end_ > 0;
}

std::string_view InputFile::take_until(std::string_view stops) {
  if (peek() == kEnd) return {};
  const std::string_view rest(buffer_.data() + at_, end_ - at_);
  const auto taken = rest.substr(0, rest.find_first_of(stops));
  at_ += taken.size();
  return taken;
}

void InputFile::skip_byte_order_mark() {
  if (begin_ + at_ == 0 && read_at(0, 3) == "\xef\xbb\xbf") {
    for (int byte = 0; byte < 3 && peek() != kEnd; ++byte) skip();
  }
}

void InputFile::seek(const Position& position) {
  begin_ = position.offset;
  at_ = 0;
  end_ = 0;
  line_ = position.line;
}

std::string InputFile::place() const { return fmt::format("{}:{}", path_.string(), line_); }

std::string InputFile::read_at(std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto got = read_some(descriptor_, path_, bytes.data() + have, size - have, offset + have);
    if (got == 0) break;
    have += got;
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace notes::transfer
