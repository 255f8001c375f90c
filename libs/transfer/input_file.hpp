#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transfer/record.hpp"

namespace notes::transfer {

/// A file that is read from front to back, byte by byte, with lines counted. For one thread.
class InputFile {
 public:
  static constexpr int kEnd = -1;

  /// Throws Error{usage} when it cannot be opened or is no regular file.
  explicit InputFile(const std::filesystem::path& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  /// The next byte, or kEnd; it stays the next one. Throws Error{unreachable} when the file cannot
  /// be read.
  int peek() { return at_ < end_ || fill() ? static_cast<unsigned char>(buffer_[at_]) : kEnd; }
  /// Steps over the byte that peek() has shown.
  void skip() {
    if (buffer_[at_] == '\n') ++line_;
    ++at_;
  }
  /// The bytes up to the first of `stops`, as far as they are at hand; they are stepped over. May
  /// be empty. None of them but stops may be a line break.
  std::string_view take_until(std::string_view stops);

  /// Steps over a byte order mark (U+FEFF) at the beginning.
  void skip_byte_order_mark();

  Position position() const { return {begin_ + at_, line_}; }
  void seek(const Position& position);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// "FILE:LINE" of the next byte.
  std::string place() const;
  /// `size` bytes from this offset, fewer at the end; does not move.
  std::string read_at(std::uint64_t offset, std::size_t size) const;

 private:
  bool fill();

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::vector<char> buffer_;
  std::uint64_t begin_ = 0;  ///< the offset of the buffer's first byte
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace notes::transfer
