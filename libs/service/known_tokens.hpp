#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>

#include "config/settings.hpp"
#include "db/session.hpp"
#include "db/url.hpp"
#include "store/access_tokens.hpp"
#include "telemetry/log.hpp"

namespace notes::service {

/// Access tokens that were looked up a moment ago, so that a client that asks often costs no look
/// each time. What is known is forgotten whenever the database tells of a change of any credentials
/// (store::kCredentialsChannel), when it cannot be heard, and after kKept at the latest; where a
/// database cannot tell (SQLite, and PostgreSQL behind a pooler) nothing is known at all. So a
/// token that is revoked on another server is none here as soon as the news is, about a millisecond
/// later. Thread-safe.
class KnownTokens {
 public:
  /// For how long news that never came, as through a network that is silent, can be missed.
  static constexpr std::chrono::seconds kKept{5};

  /// Listens from then on, on a session and a thread of its own. `logger` must outlive it.
  KnownTokens(const db::Url& url, const config::DatabaseSettings& settings,
              telemetry::Logger& logger);
  KnownTokens(const KnownTokens&) = delete;
  KnownTokens& operator=(const KnownTokens&) = delete;
  ~KnownTokens();

  std::optional<store::HeldToken> find(const std::string& sha256) const;

  /// How often something was forgotten: to be asked before the database is.
  std::uint64_t changes() const;
  /// Keeps what the database said, unless something has changed since `changes` was asked.
  void keep(const std::string& sha256, const store::HeldToken& held, std::uint64_t changes);

  /// What was known is known no more: for a change that this process has made itself.
  void forget();

  /// Whether anything is kept.
  bool listens() const;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Known {
    store::HeldToken held;
    TimePoint until;
  };

  /// A client that makes up tokens finds none: these are all real.
  static constexpr std::size_t kMost = 10'000;
  static constexpr std::chrono::seconds kLook{1};

  void work(const std::stop_token& stop);
  void listen(const std::stop_token& stop);
  void set_listening(bool listening);

  const db::Url url_;
  const config::DatabaseSettings settings_;
  telemetry::Logger& logger_;
  mutable std::mutex mutex_;
  // guards: all below
  std::condition_variable_any stopping_;
  std::unordered_map<std::string, Known> known_;
  std::uint64_t changes_ = 0;
  bool listening_ = false;
  db::Session* session_ = nullptr;  ///< the thread's, to end its waiting
  std::jthread thread_;
};

}  // namespace notes::service
