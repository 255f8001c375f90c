#include "http/trace_parent.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

namespace notes::http {
namespace {

constexpr std::string_view kZeros = "00-00000000000000000000000000000000-0000000000000000-00";
constexpr std::string_view kDigits = "0123456789abcdef";

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

/// §3.2.2 and, for versions to come, §3.2.4: what they add stands behind another dash.
bool is_valid(std::string_view field) {
  if (field.size() < kZeros.size()) return false;
  if (field[2] != '-' || field[35] != '-' || field[52] != '-') return false;
  const auto version = field.substr(0, 2);
  if (!is_hex(version) || version == "ff") return false;
  if (field.size() > kZeros.size() && (version == "00" || field[55] != '-')) return false;
  return is_id(field.substr(3, 32)) && is_id(field.substr(36, 16)) && is_hex(field.substr(53, 2));
}

/// Random enough not to be met twice; nobody is kept from guessing it.
void fill_with_random(char* out, std::size_t digits) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  for (std::size_t i = 0; i < digits; i += 16) {
    auto bits = random() | 1;  // never all zeros
    for (std::size_t digit = 0; digit < 16; ++digit, bits >>= 4)
      out[i + digit] = kDigits[bits & 15];
  }
}

}  // namespace

TraceParent::TraceParent() { std::copy(kZeros.begin(), kZeros.end(), text_.begin()); }

TraceParent TraceParent::of(std::optional<std::string_view> field) {
  TraceParent own;
  if (field && is_valid(*field)) {
    std::copy_n(field->begin() + 3, 32, own.text_.begin() + 3);
    const bool sampled = kDigits.find((*field)[54]) % 2 == 1;
    own.text_[54] = sampled ? '1' : '0';
  } else {
    fill_with_random(own.text_.data() + 3, 32);
    own.text_[54] = '1';
  }
  fill_with_random(own.text_.data() + 36, 16);
  return own;
}

}  // namespace notes::http
