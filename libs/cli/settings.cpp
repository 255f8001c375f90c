#include "cli/settings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/table.hpp"
#include "config/describe.hpp"

namespace notes::cli {
namespace {

bool in_sections(std::string_view key, std::span<const std::string_view> sections) {
  if (sections.empty() || key == "environment") return true;
  return std::find(sections.begin(), sections.end(), key.substr(0, key.find('.'))) !=
         sections.end();
}

ExitCode show(const Invocation& invocation, const config::RedactUrl& redact_url) {
  Table table({"SETTING", "VALUE", "FROM"});
  const auto& sections = invocation.app().sections;
  for (auto& row : config::shown(invocation.load_settings(), redact_url)) {
    if (in_sections(row.key, sections)) table.add({row.key, row.value, row.origin});
  }
  invocation.out().write(table.text());
  return ExitCode::ok;
}

/// What is wrong is thrown by those who read it: the file, the value, the database's URL.
ExitCode check(const Invocation& invocation, const config::RedactUrl& redact_url) {
  const auto rows = config::shown(invocation.load_settings(), redact_url);
  const auto given = std::count_if(
      rows.begin(), rows.end(), [](const auto& row) { return !row.origin.starts_with("default"); });
  invocation.out().write(
      fmt::format("no problem found: {} settings, {} of them given\n", rows.size(), given));
  return ExitCode::ok;
}

}  // namespace

std::vector<Option> setting_options(std::span<const std::string_view> sections) {
  std::vector<Option> options{{.name = std::string(config::kDirectoryFlag),
                               .value_name = "DIRECTORY",
                               .help = "where default.yaml and the others are (config)"}};
  for (const auto& setting : config::described_settings()) {
    if (!in_sections(setting.key, sections)) continue;
    for (const auto& flag : {setting.flag_alias, setting.flag}) {
      if (flag.empty()) continue;
      const bool second = flag == setting.flag && !setting.flag_alias.empty();
      options.push_back(
          {.name = flag,
           .value_name = "VALUE",
           .help = second ? fmt::format("the same as --{}", setting.flag_alias) : setting.help});
    }
  }
  return options;
}

Command config_show_command(config::RedactUrl redact_url) {
  return {.name = "config show",
          .summary = "show every setting, its value and where that came from",
          .settings = Settings::used,
          .run = [redact_url = std::move(redact_url)](const Invocation& invocation) {
            return show(invocation, redact_url);
          }};
}

Command config_check_command(config::RedactUrl redact_url) {
  return {.name = "config check",
          .summary = "read the settings and name everything that is wrong with them",
          .settings = Settings::used,
          .run = [redact_url = std::move(redact_url)](const Invocation& invocation) {
            return check(invocation, redact_url);
          }};
}

Command config_example_command() {
  return {.name = "config example",
          .summary = "print a config/default.yaml with every setting",
          .run = [](const Invocation& invocation) {
            invocation.out().write(config::example_yaml());
            return ExitCode::ok;
          }};
}

}  // namespace notes::cli
