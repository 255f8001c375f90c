#include "config/describe.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::config;
using namespace std::chrono_literals;

namespace {

const Setting& setting(std::string_view key) {
  const auto& all = described_settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.key == key; });
  REQUIRE(found != all.end());
  return *found;
}

bool accepts(std::string_view key, std::string_view text) {
  Settings settings;
  return setting(key).assign(settings, text);
}

/// The row of docs/configuration.md for a setting.
std::string documented(const Setting& setting) {
  const auto quoted = [](std::string_view before, std::string_view name) {
    return name.empty() ? std::string() : ", `" + std::string(before) + std::string(name) + "`";
  };
  const std::string flags = quoted("--", setting.flag) + quoted("--", setting.flag_alias);
  const std::string text = setting.text(Settings{});
  return "| `" + setting.key + "` | `" + setting.variable + "`" +
         quoted("", setting.variable_alias) + " | " + (flags.empty() ? "" : flags.substr(2)) +
         " | " + (text.empty() ? "" : "`" + text + "`") + " | " + setting.help + " | " +
         setting.accepted + " |\n";
}

}  // namespace

TEST_CASE(
    "a setting's variable and flag derive from its key, with the well-known names beside them") {
  const Setting& port = setting("server.port");
  CHECK(port.variable == "NOTES_SERVER_PORT");
  CHECK(port.variable_alias == "PORT");
  CHECK(port.flag == "server-port");
  CHECK(port.flag_alias == "port");
  CHECK(port.accepted == "0..65535");
  CHECK(setting("server.max_body_bytes").flag == "server-max-body-bytes");
  CHECK(setting("database.url").variable_alias == "DATABASE_URL");
  CHECK(setting("database.url").flag == "database-url");
  CHECK(setting("environment").variable == "APP_ENV");
  CHECK(setting("server.host").flag_alias == "host");
}

TEST_CASE("no two settings share a name, and the secret key has no flag") {
  std::set<std::string> names;
  for (const auto& s : described_settings()) {
    for (const auto& name : {s.key, s.variable, s.variable_alias, s.flag, s.flag_alias}) {
      if (name.empty() || (name == s.flag && name == s.key)) continue;
      CAPTURE(name);
      CHECK(names.insert(name).second);
    }
  }
  CHECK(setting("secret_key").flag.empty());
}

TEST_CASE("every default is accepted, and reads back as itself") {
  for (const auto& s : described_settings()) {
    if (s.key == "secret_key") continue;
    CAPTURE(s.key);
    Settings settings;
    const std::string text = s.text(settings);
    CHECK(s.assign(settings, text));
    CHECK(s.text(settings) == text);
  }
}

TEST_CASE("values land in their fields") {
  Settings settings;
  CHECK(setting("server.port").assign(settings, "9000"));
  CHECK(setting("server.max_body_bytes").assign(settings, "2MiB"));
  CHECK(setting("server.request_timeout").assign(settings, "1m30s"));
  CHECK(setting("admin.enabled").assign(settings, "off"));
  CHECK(setting("log.level").assign(settings, "debug"));
  CHECK(setting("log.format").assign(settings, "json"));
  CHECK(setting("environment").assign(settings, "prod"));
  CHECK(setting("database.url").assign(settings, "sqlite:x.db"));
  CHECK(settings.server.port == 9000);
  CHECK(settings.server.max_body_bytes == 2'097'152);
  CHECK(settings.server.request_timeout == 90s);
  CHECK(settings.admin.enabled == false);
  CHECK(settings.log.level == LogLevelSetting::debug);
  CHECK(settings.log.format == LogFormatSetting::json);
  CHECK(settings.environment == Environment::production);
  CHECK(settings.database.url.reveal() == "sqlite:x.db");
}

TEST_CASE("values out of range or of another shape are not accepted") {
  CHECK(accepts("server.port", "65535"));
  CHECK_FALSE(accepts("server.port", "65536"));
  CHECK_FALSE(accepts("server.port", "-1"));
  CHECK_FALSE(accepts("server.port", ""));
  CHECK_FALSE(accepts("server.workers", "0"));
  CHECK_FALSE(accepts("server.host", "a b"));
  CHECK_FALSE(accepts("server.host", ""));
  CHECK_FALSE(accepts("server.max_body_bytes", "1TiB"));
  CHECK_FALSE(accepts("server.request_timeout", "30"));
  CHECK_FALSE(accepts("server.request_timeout", "2h"));
  CHECK_FALSE(accepts("log.level", "INFO"));
  CHECK_FALSE(accepts("environment", "staging"));
  CHECK_FALSE(accepts("database.url", ""));
}

TEST_CASE("an address is a host and a port, or off") {
  const auto& s = setting("cron.health_address");
  Settings settings;
  CHECK(s.assign(settings, "127.0.0.1:9090"));
  CHECK(settings.cron.health_address == Address{"127.0.0.1", 9090});
  CHECK(s.assign(settings, "[::1]:0"));
  CHECK(settings.cron.health_address == Address{"[::1]", 0});
  CHECK(s.assign(settings, "off"));
  CHECK_FALSE(settings.cron.health_address.has_value());
  for (const auto* text : {"", "9090", "localhost", "localhost:", ":9090", "localhost:65536",
                           "localhost:http", "::1:9090", "a b:1"}) {
    CAPTURE(text);
    CHECK_FALSE(accepts("cron.health_address", text));
  }
}

TEST_CASE("a list has commas between its items, and none is the empty one") {
  Settings settings;
  CHECK(setting("server.trusted_proxies").assign(settings, "10.0.0.0/8,  ::1"));
  CHECK(settings.server.trusted_proxies ==
        std::vector{*parse_network("10.0.0.0/8"), *parse_network("::1")});
  CHECK(setting("server.trusted_proxies").text(settings) == "10.0.0.0/8, ::1");
  CHECK(setting("server.trusted_proxies").assign(settings, "none"));
  CHECK(settings.server.trusted_proxies.empty());
  CHECK(setting("server.cors_origins").assign(settings, "https://a.example, http://b.example:81"));
  CHECK(settings.server.cors_origins ==
        std::vector<std::string>{"https://a.example", "http://b.example:81"});
  for (const auto* text : {"", "10.0.0.0/8,", ",::1", "10.0.0.1/8", "10.0.0.0/8 ::1", "proxy"}) {
    CAPTURE(text);
    CHECK_FALSE(accepts("server.trusted_proxies", text));
  }
  CHECK_FALSE(accepts("server.cors_origins", "*"));
}

TEST_CASE("a quota is a number of requests in a time, or off") {
  Settings settings;
  CHECK(setting("server.address_quota").assign(settings, "600/1m"));
  CHECK(settings.server.address_quota == Quota{600, 60s});
  CHECK(setting("server.address_quota").text(settings) == "600/1m");
  CHECK(setting("server.address_quota").assign(settings, "off"));
  CHECK_FALSE(settings.server.address_quota);
  for (const auto* text : {"", "600", "600/", "/1m", "0/1m", "600/1", "600/0s", "600/2d", "-1/1m",
                           "1000001/1m", "600/1m/1m"}) {
    CAPTURE(text);
    CHECK_FALSE(accepts("server.address_quota", text));
  }
}

TEST_CASE("docs/configuration.md has a row for each setting, as it is") {
  const std::string page = tests::read_file(NOTES_SOURCE_DIR "/docs/configuration.md");
  for (const auto& s : described_settings()) {
    const std::string expected = documented(s);
    CAPTURE(expected);
    CHECK(page.find(expected) != std::string::npos);
  }
}
