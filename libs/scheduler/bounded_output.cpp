#include "scheduler/bounded_output.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <utf8proc.h>

namespace notes::scheduler {
namespace {

/// What no database refuses: bytes that are no UTF-8, and U+0000, become U+FFFD.
std::string cleaned(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    utf8proc_int32_t character = 0;
    const auto length = utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4)), &character);
    const bool readable = length > 0 && character != 0;
    clean += readable ? text.substr(0, static_cast<std::size_t>(length)) : "\uFFFD";
    text.remove_prefix(readable ? static_cast<std::size_t>(length) : 1);
  }
  return clean;
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Where the last character that is not whole begins; the end when all are whole.
std::size_t whole_characters(std::string_view text) {
  std::size_t start = text.size();
  while (start > 0 && text.size() - start < 3 && continues_character(text[start - 1])) --start;
  if (start == 0) return text.size();
  const auto lead = static_cast<unsigned char>(text[start - 1]);
  const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : lead >= 0xC0U ? 2 : 1;
  return text.size() - (start - 1) < length ? start - 1 : text.size();
}

}  // namespace

void BoundedOutput::add(std::string_view text) {
  const auto fits = std::min(text.size(), half_ - head_.size());
  head_ += text.substr(0, fits);
  text.remove_prefix(fits);
  if (text.size() > half_) {
    left_out_ += tail_.size() + text.size() - half_;
    tail_ = text.substr(text.size() - half_);
    return;
  }
  tail_ += text;
  if (tail_.size() <= 2 * half_) return;
  left_out_ += tail_.size() - half_;
  tail_.erase(0, tail_.size() - half_);
}

std::string BoundedOutput::text() const {
  const auto beyond = tail_.size() > half_ ? tail_.size() - half_ : 0;
  if (left_out_ + beyond == 0) return cleaned(head_ + tail_);
  const auto head = std::string_view(head_).substr(0, whole_characters(head_));
  auto tail = std::string_view(tail_).substr(beyond);
  // A character has at most three bytes behind its first.
  for (int i = 0; i < 3 && continues_character(tail.front()); ++i) tail.remove_prefix(1);
  const auto cut = head_.size() + tail_.size() + left_out_ - head.size() - tail.size();
  return fmt::format("{}\n[{} bytes left out]\n{}", cleaned(head), cut, cleaned(tail));
}

}  // namespace notes::scheduler
