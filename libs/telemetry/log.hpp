#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace notes::telemetry {

enum class Level { debug, info, warning, error };

/// "debug", "info", "warning", "error".
std::string_view to_string(Level level);
/// The level of that name; nullopt when there is none.
std::optional<Level> parse_level(std::string_view name);

/// How an error of this code is logged by the boundary that ends the work: the caller's mistakes
/// are info, a dependency's troubles warning, our own bugs error.
Level level_of(ErrorCode code);

using Value = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

/// One key and value of a line; "time", "level" and "message" are taken. Views: they live as long
/// as the call that logs them.
struct Field {
  std::string_view key;
  Value value;
};

/// Where finished lines go. write() is called from any thread.
class LogSink {
 public:
  LogSink() = default;
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  virtual ~LogSink() = default;

  virtual void write(Level level, std::string_view line) = 0;
  /// How many lines were dropped since the last call.
  virtual std::uint64_t take_lost() { return 0; }
};

enum class LogFormat {
  json,  ///< one object a line: "time", "level", "message", then the fields in their order
  text,  ///< for a person
};

/// Standard error behind a bounded buffer and a thread of its own: a slow terminal or pipe never
/// holds up a request. A line that comes alone is written at once; those that follow within 20 ms
/// are written together, unless one of them is a warning or an error. When the buffer is full
/// (4 MiB) the oldest lines go first, and how many were lost is said. The destructor writes out
/// what there is.
std::unique_ptr<LogSink> stderr_sink();

/// Structured lines. Thread-safe; `clock` must outlive it.
class Logger {
 public:
  Logger(const Clock& clock, std::unique_ptr<LogSink> sink, LogFormat format, Level threshold);
  ~Logger();

  bool enabled(Level level) const { return level >= threshold(); }
  Level threshold() const { return threshold_.load(std::memory_order_relaxed); }
  /// Holds for lines that are logged from now on.
  void set_threshold(Level threshold) { threshold_ = threshold; }

  void log(Level level, std::string_view message, std::span<const Field> fields);
  void debug(std::string_view message, std::initializer_list<Field> fields = {});
  void info(std::string_view message, std::initializer_list<Field> fields = {});
  void warning(std::string_view message, std::initializer_list<Field> fields = {});
  void error(std::string_view message, std::initializer_list<Field> fields = {});

 private:
  void say_what_was_lost();

  const Clock& clock_;
  std::unique_ptr<LogSink> sink_;
  LogFormat format_;
  std::atomic<Level> threshold_;
};

/// While it lives, every line that this thread logs carries the field: how the lines of a request,
/// a migration or a run find each other. Scopes nest: it ends on the thread that began it, the last
/// first. Of one key the innermost is written.
class LogScope {
 public:
  LogScope(std::string_view key, std::string value);
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;
  ~LogScope();
};

}  // namespace notes::telemetry
