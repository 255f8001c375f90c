#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <variant>

#include "base/timestamp.hpp"
#include "db/database.hpp"
#include "domain/access_token.hpp"
#include "domain/session.hpp"
#include "telemetry/log.hpp"

namespace notes::service {

/// What somebody has shown to be let in.
using Credential = std::variant<domain::AccessTokenId, domain::SessionId>;

/// Writes down when credentials were last used, behind the requests that used them: many uses
/// become one write, and no request waits for it. What is lost with the process, or could not be
/// written, is written at the next use. Thread-safe.
class LastUse {
 public:
  /// No use is written that is less than this behind the one that stands.
  static constexpr std::chrono::minutes kGranularity{1};

  /// Both must outlive it.
  LastUse(db::Database& database, telemetry::Logger& logger);
  LastUse(const LastUse&) = delete;
  LastUse& operator=(const LastUse&) = delete;
  /// Writes what is left.
  ~LastUse();

  /// Takes a use in; `known` is the last one that the database has.
  void note(const Credential& credential, std::optional<Timestamp> known, Timestamp now);

 private:
  /// What is waiting at once; a use beyond that waits for the next request.
  static constexpr std::size_t kMost = 10'000;
  /// So that many uses become one commit.
  static constexpr std::chrono::seconds kGather{1};

  void work(const std::stop_token& stop);
  void write();

  db::Database& database_;
  telemetry::Logger& logger_;
  std::mutex mutex_;
  // guards: used_
  std::condition_variable_any noted_;
  std::map<Credential, Timestamp> used_;
  std::jthread thread_;
};

}  // namespace notes::service
