#include "config/describe.hpp"

#include <array>
#include <utility>

#include "config/setting_kinds.hpp"

namespace notes::config {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr const char* kQuotaValues =
    "REQUESTS/DURATION such as 600/1m (1..1000000 in 1s..1d), or off";

// The first name of a value is the one that is written.
constexpr std::array kEnvironments{Choice{"development", Environment::development},
                                   Choice{"testing", Environment::testing},
                                   Choice{"production", Environment::production},
                                   Choice{"dev", Environment::development},
                                   Choice{"test", Environment::testing},
                                   Choice{"prod", Environment::production}};
constexpr std::array kAuth{Choice{"automatic", AuthSetting::automatic},
                           Choice{"open", AuthSetting::open},
                           Choice{"required", AuthSetting::required}};
constexpr std::array kLevels{
    Choice{"debug", LogLevelSetting::debug}, Choice{"info", LogLevelSetting::info},
    Choice{"warning", LogLevelSetting::warning}, Choice{"error", LogLevelSetting::error}};
constexpr std::array kFormats{Choice{"automatic", LogFormatSetting::automatic},
                              Choice{"json", LogFormatSetting::json},
                              Choice{"text", LogFormatSetting::text}};

template <typename Get>
Setting secret(Setting setting, Exposure exposure, Get get) {
  setting.exposure = exposure;
  const auto parse = [](std::string_view text) -> std::optional<Secret> {
    if (text.empty()) return std::nullopt;
    return Secret(std::string(text));
  };
  return on(std::move(setting), "text that is not empty", get, parse,
            [](const Secret& value) { return value.reveal(); });
}

Setting required_in_production(Setting setting, std::string way_out) {
  setting.in_production = InProduction::required;
  setting.way_out = std::move(way_out);
  return setting;
}

Setting environment_setting() {
  Setting setting = named("environment", "where this runs; chooses config/ENVIRONMENT.yaml");
  setting.variable = "APP_ENV";
  return choice(
      std::move(setting), kEnvironments, [](auto& s) -> auto& { return s.environment; });
}

Setting secret_key_setting() {
  Setting setting =
      named("secret_key", "the key that signs cursors", {.variable = "SECRET_KEY", .flag = ""});
  setting.flag.clear();  // any user of the machine can read a command line
  return required_in_production(
      secret(
          std::move(setting), Exposure::secret, [](auto& s) -> auto& { return s.secret_key; }),
      "set SECRET_KEY to a long random text (openssl rand -hex 32 makes one)");
}

Setting auth_setting() {
  return choice(
      named("auth",
            "whether callers must log in; automatic is open in development, where everybody "
            "is the local user, and required elsewhere"),
      kAuth, [](auto& s) -> auto& { return s.auth; });
}

std::vector<Setting> server_settings() {
  using S = ServerSettings;
  const Section server("server", &Settings::server);
  return {
      server.host("host", &S::host, "the address to listen on", {.variable = "", .flag = "host"}),
      server.number<std::uint16_t>("port", &S::port, {0, 65'535},
                                   "the port to listen on; 0: the system chooses",
                                   {.variable = "PORT", .flag = "port"}),
      server.number<unsigned>("io_threads", &S::io_threads, {1, 256},
                              "threads that read and write sockets"),
      server.number<unsigned>("workers", &S::workers, {1, 1024},
                              "threads that run requests that use the database"),
      server.number<unsigned>("backlog", &S::backlog, {1, 65'535},
                              "connections the kernel keeps before they are accepted"),
      server.number<std::size_t>("max_connections", &S::max_connections, {1, 1'000'000},
                                 "connections open at once"),
      server.size("max_request_line", &S::max_request_line, {64, 1 << 20},
                  "longest request line; beyond: 414"),
      server.size("max_header_bytes", &S::max_header_bytes, {256, 1 << 24},
                  "most header bytes; beyond: 431"),
      server.number<std::size_t>("max_headers", &S::max_headers, {1, 10'000},
                                 "most header fields; beyond: 431"),
      server.size("max_body_bytes", &S::max_body_bytes, {0, 1 << 30},
                  "largest request body; beyond: 413"),
      server.size("max_output_bytes", &S::max_output_bytes, {1 << 16, 1 << 30},
                  "response bytes a connection may leave unread"),
      server.number<std::size_t>("max_pipelined", &S::max_pipelined, {1, 10'000},
                                 "requests of one connection in flight at once"),
      server.number<std::size_t>("queue_limit", &S::queue_limit, {1, 1'000'000},
                                 "requests waiting for a worker; beyond: 503"),
      server.duration("header_timeout", &S::header_timeout, {1ms, 1h},
                      "from the first byte to the end of the header"),
      server.duration("body_timeout", &S::body_timeout, {1ms, 1h}, "between two parts of a body"),
      server.duration("write_timeout", &S::write_timeout, {1ms, 1h},
                      "while a client takes no byte of its response"),
      server.duration("keep_alive_timeout", &S::keep_alive_timeout, {1ms, 24h},
                      "idle time between two requests"),
      server.duration("request_timeout", &S::request_timeout, {1ms, 1h},
                      "from a request's arrival to its response"),
      server.duration("statement_timeout", &S::statement_timeout, {1ms, 1h},
                      "how long one statement may run in the database; beyond: 504"),
      server.duration("shutdown_delay", &S::shutdown_delay, {0ms, 1h},
                      "after SIGTERM, time not ready but still serving"),
      server.duration("shutdown_timeout", &S::shutdown_timeout, {0ms, 1h},
                      "after SIGTERM, time to finish requests"),
      server.on_off("require_if_match", &S::require_if_match,
                    "whether PUT and PATCH must name the version they change; without: 428"),
      server.list<Network>("trusted_proxies", &S::trusted_proxies,
                           "addresses and CIDR blocks with commas between them, or none",
                           parse_network, format_network,
                           "whose X-Forwarded-For and X-Forwarded-Proto are believed"),
      server.list<std::string>("cors_origins", &S::cors_origins,
                               "origins like https://notes.example with commas between them, or "
                               "none",
                               parse_origin, format_origin,
                               "whose pages may call the API from a browser"),
      server.on_off("cors_credentials", &S::cors_credentials,
                    "whether those pages may send the session cookie"),
      server.duration("hsts_max_age", &S::hsts_max_age, {0ms, 24h * 730},
                      "how long browsers that came over https keep to it; 0s: not said"),
      server.on_off("compression", &S::compression,
                    "whether bodies over 1 KiB are sent as gzip to who takes it"),
      on(named(server.key("address_quota"),
               "requests to the API from one address (IPv6: one /64); beyond: 429"),
         kQuotaValues, server.field(&S::address_quota), parse_quota, format_quota),
      on(named(server.key("user_quota"),
               "requests with one access token, or of one user's sessions; beyond: 429"),
         kQuotaValues, server.field(&S::user_quota), parse_quota, format_quota),
  };
}

std::vector<Setting> accounts_settings() {
  using A = AccountsSettings;
  const Section accounts("accounts", &Settings::accounts);
  return {
      accounts.size("password_memory", &A::password_memory, {1 << 20, std::size_t{1} << 32},
                    "memory that hashing one password takes (Argon2id's m)"),
      accounts.number<unsigned>("password_passes", &A::password_passes, {1, 100},
                                "passes over that memory (Argon2id's t)"),
      accounts.number<unsigned>("passwords_at_once", &A::passwords_at_once, {1, 256},
                                "passwords hashed at once, a core and that memory each"),
      accounts.number<unsigned>("password_queue", &A::password_queue, {0, 1024},
                                "requests waiting for that; beyond: 503"),
      accounts.duration("session_idle", &A::session_idle, {5min, 24h * 365},
                        "a session that is not used for so long ends"),
      accounts.duration("session_lifetime", &A::session_lifetime, {5min, 24h * 365},
                        "a session ends then, however much it is used"),
      on(named(accounts.key("login_quota"), "passwords tried for one account; beyond: 429"),
         kQuotaValues, accounts.field(&A::login_quota), parse_quota, format_quota),
      on(named(accounts.key("login_address_quota"),
               "passwords tried from one address (IPv6: one /64); beyond: 429"),
         kQuotaValues, accounts.field(&A::login_address_quota), parse_quota, format_quota),
  };
}

std::vector<Setting> admin_settings() {
  const Section admin("admin", &Settings::admin);
  return {
      admin.on_off("enabled", &AdminSettings::enabled,
                   "whether probes and metrics have a listener of their own"),
      admin.host("host", &AdminSettings::host, "the address of that listener"),
      admin.number<std::uint16_t>("port", &AdminSettings::port, {0, 65'535},
                                  "the port of that listener; 0: the system chooses"),
  };
}

std::vector<Setting> database_settings() {
  using D = DatabaseSettings;
  const Section database("database", &Settings::database);
  return {
      required_in_production(
          secret(named(database.key("url"),
                       "the database: sqlite:PATH or postgresql://user:password@host/name",
                       {.variable = "DATABASE_URL", .flag = ""}),
                 Exposure::database_url, database.field(&D::url)),
          "set DATABASE_URL to sqlite:PATH or postgresql://user:password@host:5432/name"),
      database.number<unsigned>("pool_size", &D::pool_size, {1, 1000}, "connections kept open"),
      database.number<unsigned>("max_overflow", &D::max_overflow, {0, 1000},
                                "connections beyond that under load"),
      database.duration("acquire_timeout", &D::acquire_timeout, {1ms, 1h},
                        "wait for a free connection"),
      database.duration("recycle_after", &D::recycle_after, {1s, 24h * 30},
                        "age at which a connection is replaced"),
      database.duration("ping_after_idle", &D::ping_after_idle, {0ms, 24h},
                        "idle time after which a connection is tested before use"),
      database.duration("connect_timeout", &D::connect_timeout, {1s, 1h},
                        "wait for a new connection"),
      database.duration("busy_timeout", &D::busy_timeout, {0ms, 1h},
                        "SQLite: wait for another writer"),
      database.number<unsigned>("max_retries", &D::max_retries, {0, 100},
                                "times a transaction that lost a race is run again"),
  };
}

std::vector<Setting> notes_settings() {
  const Section notes("notes", &Settings::notes);
  return {
      notes.number<std::size_t>("max_revisions", &NotesSettings::max_revisions, {0, 10'000},
                                "earlier versions of a note that are kept; 0: no more of them"),
  };
}

std::vector<Setting> cron_settings() {
  using C = CronSettings;
  const Section cron("cron", &Settings::cron);
  const auto path = [](std::string_view text) -> std::optional<std::string> {
    if (text.empty()) return std::nullopt;
    return std::string(text);
  };
  return {
      on(named(cron.key("jobs"), "the file that says which jobs run when",
               {.variable = "", .flag = "jobs"}),
         "a path", cron.field(&C::jobs), path, [](const std::string& value) { return value; }),
      on(named(cron.key("health_address"), "where /healthz, /readyz and /metrics are served",
               {.variable = "", .flag = "health-address"}),
         "HOST:PORT or off", cron.field(&C::health_address), parse_address, format_address),
      cron.duration("lease_ttl", &C::lease_ttl, {300ms, 10min},
                    "a leader that says nothing for so long is replaced"),
      cron.duration("lease_renewal", &C::lease_renewal, {50ms, 5min},
                    "how often the leader says that it is there; at most a third of lease_ttl"),
      cron.number<unsigned>("concurrency", &C::concurrency, {1, 1024}, "runs at once"),
      cron.duration("stall_limit", &C::stall_limit, {1s, 1h},
                    "a scheduler that stands still for so long ends itself"),
      cron.duration("clock_jump_limit", &C::clock_jump_limit, {1s, 24h},
                    "a wall clock that jumps further ahead is not believed until it is confirmed"),
      cron.duration("shutdown_timeout", &C::shutdown_timeout, {0ms, 1h},
                    "after SIGTERM, time for runs to end"),
  };
}

std::vector<Setting> log_settings() {
  const Section log("log", &Settings::log);
  return {
      choice(named(log.key("level"), "the least important lines that are written"), kLevels,
             log.field(&LogSettings::level)),
      choice(named(log.key("format"), "automatic is json in production and text elsewhere"),
             kFormats, log.field(&LogSettings::format)),
  };
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all{environment_setting(), secret_key_setting(), auth_setting()};
  for (auto& section : {server_settings(), accounts_settings(), admin_settings(),
                        database_settings(), notes_settings(), cron_settings(), log_settings()}) {
    all.insert(all.end(), section.begin(), section.end());
  }
  return all;
}

}  // namespace

const std::vector<Setting>& described_settings() {
  static const std::vector<Setting> settings = all_settings();
  return settings;
}

AuthSetting auth_of(const Settings& settings) {
  if (settings.auth != AuthSetting::automatic) return settings.auth;
  return settings.environment == Environment::development ? AuthSetting::open
                                                          : AuthSetting::required;
}

std::string_view to_string(Environment environment) { return name_of(environment, kEnvironments); }

}  // namespace notes::config
