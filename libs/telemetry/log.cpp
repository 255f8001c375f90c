#include "telemetry/log.hpp"

#include <algorithm>
#include <utility>

#include "telemetry/line.hpp"

namespace notes::telemetry {
namespace {

struct ScopeField {
  std::string key;
  std::string value;
};

thread_local std::vector<ScopeField> scope_fields;

/// The scopes' fields, outermost first, then the line's own. A key stands once: the innermost says
/// its value.
std::vector<Field> with_scopes(std::span<const Field> fields) {
  std::vector<Field> all;
  all.reserve(scope_fields.size() + fields.size());
  for (auto scope = scope_fields.begin(); scope != scope_fields.end(); ++scope) {
    const auto same_key = [&](const auto& other) { return other.key == scope->key; };
    if (std::any_of(scope + 1, scope_fields.end(), same_key)) continue;
    if (std::any_of(fields.begin(), fields.end(), same_key)) continue;
    all.push_back({scope->key, std::string_view(scope->value)});
  }
  all.insert(all.end(), fields.begin(), fields.end());
  return all;
}

std::string format(LogFormat format, const Line& line) {
  switch (format) {
    case LogFormat::json:
      return json_line(line);
    case LogFormat::text:
      return text_line(line);
  }
  return json_line(line);
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

std::optional<Level> parse_level(std::string_view name) {
  for (const auto level : {Level::debug, Level::info, Level::warning, Level::error}) {
    if (to_string(level) == name) return level;
  }
  return std::nullopt;
}

Level level_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::malformed:
    case ErrorCode::invalid:
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::unsupported:
    case ErrorCode::conflict:
    case ErrorCode::stale:
    case ErrorCode::too_large:
    case ErrorCode::refused:
    case ErrorCode::unconfirmed:
      return Level::info;
    case ErrorCode::pending:
    case ErrorCode::inconsistent:
    case ErrorCode::altered:
    case ErrorCode::locked:
    case ErrorCode::unreachable:
    case ErrorCode::overloaded:
    case ErrorCode::deadline_exceeded:
    case ErrorCode::interrupted:
      return Level::warning;
    case ErrorCode::statement_failed:
    case ErrorCode::internal:
      return Level::error;
  }
  return Level::error;
}

Logger::Logger(const Clock& clock, std::unique_ptr<LogSink> sink, LogFormat format, Level threshold)
    : clock_(clock), sink_(std::move(sink)), format_(format), threshold_(threshold) {}

Logger::~Logger() { say_what_was_lost(); }

void Logger::log(Level level, std::string_view message, std::span<const Field> fields) {
  if (!enabled(level)) return;
  const auto all = with_scopes(fields);
  sink_->write(level, format(format_, Line{clock_.now(), level, message, all}));
  say_what_was_lost();
}

void Logger::say_what_was_lost() {
  const std::uint64_t lost = sink_->take_lost();
  if (lost == 0) return;
  const Field count{"count", lost};
  sink_->write(Level::warning, format(format_, Line{clock_.now(), Level::warning,
                                                    "log lines lost: their reader is too slow",
                                                    std::span(&count, 1)}));
}

void Logger::debug(std::string_view message, std::initializer_list<Field> fields) {
  log(Level::debug, message, fields);
}

void Logger::info(std::string_view message, std::initializer_list<Field> fields) {
  log(Level::info, message, fields);
}

void Logger::warning(std::string_view message, std::initializer_list<Field> fields) {
  log(Level::warning, message, fields);
}

void Logger::error(std::string_view message, std::initializer_list<Field> fields) {
  log(Level::error, message, fields);
}

LogScope::LogScope(std::string_view key, std::string value) {
  scope_fields.push_back({std::string(key), std::move(value)});
}

LogScope::~LogScope() { scope_fields.pop_back(); }

}  // namespace notes::telemetry
