#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/network.hpp"

namespace notes::config {

/// Text that must not be seen: no stream or format takes it, only reveal() does.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

enum class Environment { development, testing, production };

/// Whether whoever calls has to say who they are.
enum class AuthSetting { automatic, open, required };

enum class LogFormatSetting { automatic, json, text };

enum class LogLevelSetting { debug, info, warning, error };

/// How many requests one client may make in a period, all at once if it likes; what is used up
/// comes back evenly.
struct Quota {
  unsigned requests = 1;
  std::chrono::milliseconds period = std::chrono::seconds(1);

  friend bool operator==(const Quota&, const Quota&) = default;
};

struct ServerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  unsigned io_threads = 1;
  unsigned workers = 16;
  unsigned backlog = 1024;
  std::size_t max_connections = 10'000;
  std::size_t max_request_line = std::size_t{8} * 1024;
  std::size_t max_header_bytes = std::size_t{32} * 1024;
  std::size_t max_headers = 100;
  std::size_t max_body_bytes = std::size_t{1024} * 1024;
  std::size_t max_output_bytes = std::size_t{8} * 1024 * 1024;
  std::size_t max_pipelined = 64;
  std::size_t queue_limit = 1024;
  std::chrono::milliseconds header_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds body_timeout = std::chrono::seconds(30);
  std::chrono::milliseconds write_timeout = std::chrono::seconds(30);
  std::chrono::milliseconds keep_alive_timeout = std::chrono::seconds(75);
  std::chrono::milliseconds request_timeout = std::chrono::seconds(30);
  std::chrono::milliseconds shutdown_delay = std::chrono::seconds(0);
  std::chrono::milliseconds shutdown_timeout = std::chrono::seconds(25);
  bool require_if_match = false;
  std::vector<Network> trusted_proxies = {};
  std::vector<std::string> cors_origins = {};
  bool cors_credentials = false;
  std::chrono::milliseconds hsts_max_age = std::chrono::hours(24 * 365);
  bool compression = true;
  std::optional<Quota> address_quota = {};
  std::optional<Quota> user_quota = {};
  std::chrono::milliseconds statement_timeout = std::chrono::seconds(30);
};

/// What logging in costs, and how much of it there may be.
struct AccountsSettings {
  std::size_t password_memory = std::size_t{19} * 1024 * 1024;
  unsigned password_passes = 2;
  unsigned passwords_at_once = 2;
  unsigned password_queue = 8;
  std::chrono::milliseconds session_idle = std::chrono::hours(24 * 7);
  std::chrono::milliseconds session_lifetime = std::chrono::hours(24 * 30);
  std::optional<Quota> login_quota = Quota{.requests = 10, .period = std::chrono::minutes(15)};
  std::optional<Quota> login_address_quota =
      Quota{.requests = 100, .period = std::chrono::minutes(15)};
};

/// A second listener for operators: metrics and probes.
struct AdminSettings {
  bool enabled = false;
  std::string host = "127.0.0.1";
  std::uint16_t port = 8081;
};

struct DatabaseSettings {
  Secret url{"sqlite:notes.db"};
  unsigned pool_size = 10;
  unsigned max_overflow = 20;
  std::chrono::milliseconds acquire_timeout = std::chrono::seconds(30);
  std::chrono::milliseconds recycle_after = std::chrono::minutes(30);
  std::chrono::milliseconds ping_after_idle = std::chrono::seconds(30);
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds busy_timeout = std::chrono::seconds(5);
  /// How long a statement may run; nullopt: as long as it takes. No setting of its own, since
  /// migrations and jobs take their time: notes-server gives it server.statement_timeout.
  std::optional<std::chrono::milliseconds> statement_timeout = {};
  unsigned max_retries = 5;
};

/// What is kept of notes.
struct NotesSettings {
  std::size_t max_revisions = 100;
};

struct LogSettings {
  LogLevelSetting level = LogLevelSetting::info;
  LogFormatSetting format = LogFormatSetting::automatic;
};

/// Where a listener listens.
struct Address {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const Address&, const Address&) = default;
};

/// The scheduler.
struct CronSettings {
  std::string jobs = "config/cron.yaml";  ///< the file that says what runs when
  std::optional<Address> health_address = {};
  std::chrono::milliseconds lease_ttl{1500};
  std::chrono::milliseconds lease_renewal{400};
  unsigned concurrency = 32;
  std::chrono::milliseconds stall_limit = std::chrono::seconds(5);
  std::chrono::milliseconds clock_jump_limit = std::chrono::minutes(1);
  std::chrono::milliseconds shutdown_timeout = std::chrono::seconds(25);
};

/// Every setting of the three executables, with its default. What each is called, and what it
/// means, stands beside it in config/describe.cpp.
struct Settings {
  Environment environment = Environment::development;
  Secret secret_key;
  AuthSetting auth = AuthSetting::automatic;
  ServerSettings server;
  AccountsSettings accounts;
  AdminSettings admin;
  DatabaseSettings database;
  NotesSettings notes;
  CronSettings cron;
  LogSettings log;
};

/// What auth: automatic comes down to: open in development, required everywhere else.
AuthSetting auth_of(const Settings& settings);

}  // namespace notes::config
