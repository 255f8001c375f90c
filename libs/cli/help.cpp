#include "cli/help.hpp"

#include <fmt/format.h>

#include "cli/settings.hpp"
#include "cli/table.hpp"

namespace notes::cli {
namespace {

std::string joined(std::string_view left, std::string_view right) {
  return right.empty() ? std::string(left) : fmt::format("{} {}", left, right);
}

void add_option(Table& table, const Option& option) {
  const std::string letter = option.letter == '\0' ? "    " : fmt::format("-{}, ", option.letter);
  table.add({"  " + letter + joined("--" + option.name, option.value_name), option.help});
}

std::string options_section(std::string_view title, const std::vector<Option>& options) {
  if (options.empty()) return {};
  Table table;
  for (const auto& option : options) add_option(table, option);
  return fmt::format("\n{}:\n{}", title, table.text());
}

std::vector<Option> with_help(std::vector<Option> options) {
  options.push_back({.name = "help", .letter = 'h', .help = "show this help"});
  return options;
}

}  // namespace

std::string help_text(const App& app) {
  Table commands;
  for (const auto& command : app.commands) {
    commands.add({"  " + joined(command.name, command.arguments), command.summary});
  }
  auto options = with_help(app.options);
  options.push_back({.name = "version", .help = "show the version"});
  const std::string command = app.default_command.empty() ? "COMMAND" : "[COMMAND]";
  std::string text = fmt::format("{} {}: {}\n\nUsage: {} {} [OPTION...]\n\nCommands:\n{}", app.name,
                                 app.version, app.summary, app.name, command, commands.text());
  if (!app.default_command.empty())
    text += fmt::format("Without a command: {}.\n", app.default_command);
  text += options_section("Options", options);
  text += fmt::format("\n'{} COMMAND --help' tells more of a command.\n", app.name);
  return text;
}

std::string help_text(const App& app, const Command& command) {
  std::vector<Option> options = command.options;
  options.insert(options.end(), app.options.begin(), app.options.end());
  std::string text =
      fmt::format("{} {}: {}\n\nUsage: {} {} [OPTION...]\n", app.name, command.name,
                  command.summary, app.name, joined(command.name, command.arguments));
  text += options_section("Options", with_help(options));
  if (command.settings == Settings::used)
    text += options_section("Settings", setting_options(app.sections));
  return text;
}

}  // namespace notes::cli
