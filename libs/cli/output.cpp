#include "cli/output.hpp"

#include <cerrno>

namespace notes::cli {

void Output::write(std::string_view text) {
  if (error_ != 0 || text.empty()) return;
  if (std::fwrite(text.data(), 1, text.size(), stream_) != text.size()) error_ = errno;
}

void Output::flush() {
  if (error_ == 0 && std::fflush(stream_) != 0) error_ = errno;
}

int Output::failure() const { return error_ == EPIPE ? 0 : error_; }

}  // namespace notes::cli
