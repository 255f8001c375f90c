#include "config/show.hpp"

#include <iterator>

#include <fmt/format.h>

#include "config/describe.hpp"

namespace notes::config {
namespace {

std::string shown_value(const Setting& setting, const Settings& settings,
                        const RedactUrl& redact_url) {
  const std::string text = setting.text(settings);
  switch (setting.exposure) {
    case Exposure::open:
      return text;
    case Exposure::secret:
      return text.empty() ? "" : "***";
    case Exposure::database_url:
      return redact_url(text);
  }
  return "***";
}

/// "NOTES_SERVER_PORT, PORT, --server-port, --port"
std::string other_names(const Setting& setting) {
  std::string names = setting.variable;
  const auto add = [&](std::string_view dashes, std::string_view name) {
    if (!name.empty()) fmt::format_to(std::back_inserter(names), ", {}{}", dashes, name);
  };
  add("", setting.variable_alias);
  add("--", setting.flag);
  add("--", setting.flag_alias);
  return names;
}

}  // namespace

std::vector<ShownSetting> shown(const Loaded& loaded, const RedactUrl& redact_url) {
  const auto& all = described_settings();
  std::vector<ShownSetting> rows;
  for (std::size_t i = 0; i < all.size(); ++i) {
    rows.push_back(
        {all[i].key, shown_value(all[i], loaded.settings, redact_url), loaded.origins[i]});
  }
  return rows;
}

std::string example_yaml() {
  const Settings defaults;
  std::string text =
      "# Every setting and its default; take away the \"# \" before a setting to change it.\n"
      "# Stronger than this file: config/ENVIRONMENT.yaml, .env, the environment, flags.\n";
  std::string_view section;
  for (const auto& setting : described_settings()) {
    const std::string_view key = setting.key;
    if (key == "environment") continue;
    const auto dot = key.find('.');
    const std::string_view indent = dot == std::string_view::npos ? "" : "  ";
    if (dot != std::string_view::npos && key.substr(0, dot) != section) {
      section = key.substr(0, dot);
      fmt::format_to(std::back_inserter(text), "\n{}:\n", section);
    } else {
      text += '\n';
    }
    const std::string value = setting.text(defaults);
    fmt::format_to(std::back_inserter(text), "{0}# {1}\n{0}# {2}; {3}\n{0}# {4}:{5}{6}\n", indent,
                   setting.help, other_names(setting), setting.accepted,
                   key.substr(dot == std::string_view::npos ? 0 : dot + 1),
                   value.empty() ? "" : " ", value);
  }
  return text;
}

}  // namespace notes::config
