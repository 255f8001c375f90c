#include "telemetry/line.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <utf8proc.h>

namespace notes::telemetry {
namespace {

/// The access log's lines are so long.
constexpr std::size_t kUsualLine = 512;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Calls on_character(code point, its bytes) for each character, and (-1, byte) for each byte that
/// starts none.
template <typename OnCharacter>
void each_character(std::string_view text, OnCharacter on_character) {
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    // Characters have at most four bytes, whatever the length of the text.
    const auto window = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4));
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const utf8proc_ssize_t length = utf8proc_iterate(bytes, window, &code_point);
    const std::size_t taken = length > 0 ? static_cast<std::size_t>(length) : 1;
    on_character(length > 0 ? code_point : -1, text.substr(0, taken));
    text.remove_prefix(taken);
  }
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  each_character(text, [&](utf8proc_int32_t code_point, std::string_view bytes) {
    valid += code_point < 0 ? kReplacement : bytes;
  });
  return valid;
}

/// Whether the text can stand between quotes as it is.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 &&
           c != '"' && c != '\\';
  });
}

void append_json_string(std::string& out, std::string_view text) {
  if (is_plain(text)) {
    out.append(1, '"').append(text).append(1, '"');
    return;
  }
  const auto valid = valid_utf8(text);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  out.append(buffer.GetString(), buffer.GetSize());
}

struct JsonValue {
  std::string& out;

  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += fmt::format_int(value).c_str(); }
  void operator()(std::uint64_t value) const { out += fmt::format_int(value).c_str(); }
  void operator()(double value) const {
    if (!std::isfinite(value)) {
      out += "null";
      return;
    }
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
  void operator()(std::string_view value) const { append_json_string(out, value); }
};

std::string_view text_name(Level level) {
  switch (level) {
    case Level::debug:
      return "DEBUG";
    case Level::info:
      return "INFO ";
    case Level::warning:
      return "WARN ";
    case Level::error:
      return "ERROR";
  }
  return "ERROR";
}

bool breaks_a_line(utf8proc_int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

enum class Quotes { none, around };

void append_text(std::string& out, std::string_view text, Quotes quotes) {
  if (quotes == Quotes::around) out += '"';
  each_character(text, [&](utf8proc_int32_t code_point, std::string_view bytes) {
    if (code_point < 0) {
      out += kReplacement;
    } else if (code_point == '\n') {
      out += "\\n";
    } else if (code_point == '\t') {
      out += "\\t";
    } else if (breaks_a_line(code_point)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point);
    } else {
      if (quotes == Quotes::around && (code_point == '"' || code_point == '\\')) out += '\\';
      out += bytes;
    }
  });
  if (quotes == Quotes::around) out += '"';
}

bool needs_quotes(std::string_view text) {
  return text.empty() || text.find_first_of(" =\"\\\n\t\r") != std::string_view::npos;
}

struct TextValue {
  std::string& out;

  template <typename Number>
  void operator()(Number value) const {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
  void operator()(std::string_view value) const {
    append_text(out, value, needs_quotes(value) ? Quotes::around : Quotes::none);
  }
};

}  // namespace

std::string json_line(const Line& line) {
  std::string out;
  out.reserve(kUsualLine);
  out.append(R"({"time":")").append(to_string(line.time));
  out.append(R"(","level":")").append(to_string(line.level));
  out.append(R"(","message":)");
  append_json_string(out, line.message);
  for (const auto& field : line.fields) {
    out += ',';
    append_json_string(out, field.key);
    out += ':';
    std::visit(JsonValue{out}, field.value);
  }
  out += '}';
  return out;
}

std::string text_line(const Line& line) {
  constexpr std::size_t kUpToMilliseconds = std::string_view("2026-11-21T11:30:00.123").size();
  std::string out = to_string(line.time).substr(0, kUpToMilliseconds);
  out += "Z ";
  out += text_name(line.level);
  out += ' ';
  append_text(out, line.message, Quotes::none);
  for (const auto& field : line.fields) {
    out += ' ';
    append_text(out, field.key, Quotes::none);
    out += '=';
    std::visit(TextValue{out}, field.value);
  }
  return out;
}

}  // namespace notes::telemetry
