#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"
#include "telemetry/log.hpp"

namespace notes::telemetry {

/// What one line says.
struct Line {
  Timestamp time;
  Level level = Level::info;
  std::string_view message;
  std::span<const Field> fields;
};

/// One RFC 8259 object without a line break: "time" (RFC 3339, microseconds), "level", "message",
/// then the fields in their order. Bytes that are not UTF-8 become U+FFFD; numbers that JSON does
/// not have become null.
std::string json_line(const Line& line);

/// "2026-11-21T11:30:00.123Z INFO  message key=value": values with blanks, quotes or nothing in
/// them stand in double quotes. Control characters (line breaks, terminal escapes) are written as
/// escapes everywhere: text from outside can neither forge a line nor drive the terminal.
std::string text_line(const Line& line);

}  // namespace notes::telemetry
