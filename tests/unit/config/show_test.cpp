#include "config/show.hpp"

#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>

#include "config/describe.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::config;

namespace {

ShownSetting row(const std::vector<ShownSetting>& rows, std::string_view key) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& shown) { return shown.key == key; });
  REQUIRE(found != rows.end());
  return *found;
}

bool is_last_part_of_a_key(const std::string& name) {
  const auto& all = described_settings();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& s) { return s.key == name || s.key.ends_with("." + name); });
}

std::string masked(std::string_view) { return "MASKED"; }

}  // namespace

TEST_CASE("what is shown holds every setting, its origin, and no secret") {
  const tests::TemporaryDirectory directory;
  const auto loaded =
      load({.variables = {{"SECRET_KEY", "hush"}, {"DATABASE_URL", "postgresql://u:pw@h/d"}},
            .flags = {{"port", "0"}},
            .directory = directory.path()});
  const auto rows = shown(loaded, masked);
  CHECK(rows.size() == described_settings().size());
  CHECK(row(rows, "secret_key") == ShownSetting{"secret_key", "***", "environment SECRET_KEY"});
  CHECK(row(rows, "database.url") ==
        ShownSetting{"database.url", "MASKED", "environment DATABASE_URL"});
  CHECK(row(rows, "server.port") == ShownSetting{"server.port", "0", "flag --port"});
  CHECK(row(rows, "server.max_body_bytes") ==
        ShownSetting{"server.max_body_bytes", "1MiB", "default"});
  CHECK(row(rows, "server.keep_alive_timeout") ==
        ShownSetting{"server.keep_alive_timeout", "1m15s", "default"});
  CHECK(row(rows, "admin.enabled") == ShownSetting{"admin.enabled", "false", "default"});
  CHECK(row(rows, "environment") == ShownSetting{"environment", "development", "default"});
  for (const auto& shown : rows) {
    CHECK(shown.value.find("hush") == std::string::npos);
    CHECK(shown.value.find("pw") == std::string::npos);
  }
}

TEST_CASE("an unset secret key is the development one, and is shown as such") {
  const tests::TemporaryDirectory directory;
  const auto loaded = load({.directory = directory.path()});
  CHECK_FALSE(loaded.settings.secret_key.empty());
  CHECK(row(shown(loaded, masked), "secret_key") ==
        ShownSetting{"secret_key", "***", "default, for development only"});
}

TEST_CASE("the shipped config/default.yaml is the example, and changes nothing") {
  CHECK(tests::read_file(NOTES_SOURCE_DIR "/config/default.yaml") == example_yaml());
  const tests::TemporaryDirectory directory;
  directory.write("config/default.yaml", example_yaml());
  for (const auto& setting : shown(load({.directory = directory.path()}), masked)) {
    CAPTURE(setting.key);
    CHECK(setting.origin.starts_with("default"));
  }
}

TEST_CASE("the example with its settings uncommented says the defaults") {
  std::istringstream lines(example_yaml());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const auto comment = line.find("# ");
    const auto colon = line.find(": ");
    const bool setting = comment != std::string::npos && colon != std::string::npos &&
                         is_last_part_of_a_key(line.substr(comment + 2, colon - comment - 2));
    text += (setting ? line.erase(comment, 2) : line) + "\n";
  }
  const tests::TemporaryDirectory directory;
  directory.write("config/default.yaml", text);
  const auto from_file = load({.directory = directory.path()});
  std::size_t count = 0;
  const auto& all = described_settings();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].key == "environment" || all[i].key == "secret_key") continue;
    CAPTURE(all[i].key);
    CHECK(all[i].text(from_file.settings) == all[i].text(Settings{}));
    CHECK(from_file.origins[i].find("default.yaml:") != std::string::npos);
    ++count;
  }
  CHECK(count > 30);
}
