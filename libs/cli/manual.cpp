#include "cli/manual.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "cli/settings.hpp"

namespace notes::cli {
namespace {

constexpr std::array<std::pair<ExitCode, std::string_view>, 13> kEndings{{
    {ExitCode::ok, "done, or nothing to do"},
    {ExitCode::usage, "the command line, the configuration or the input is wrong"},
    {ExitCode::statement_failed, "the database refused a statement; it was rolled back"},
    {ExitCode::pending,
     "migrations are waiting to be applied; of notes-server: requests were cut off when it "
     "stopped"},
    {ExitCode::inconsistent, "the graph of revisions is broken"},
    {ExitCode::altered, "an applied migration file has been changed"},
    {ExitCode::locked, "a lock was not obtained in time"},
    {ExitCode::unreachable, "the database cannot be reached"},
    {ExitCode::interrupted, "a signal or a deadline ended the work; run again to go on"},
    {ExitCode::refused, "a policy forbids it"},
    {ExitCode::unconfirmed, "it needs a confirmation that was not given"},
    {ExitCode::internal, "a bug, or a broken machine"},
    {ExitCode::output_failed, "what was printed could not be written"},
}};

/// The text as troff prints it unchanged (groff(7)): a backslash would begin an escape, a dash
/// would become a hyphen, and a full stop or quote at a line's beginning is a request.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  if (result.starts_with('.') || result.starts_with('\'')) result.insert(0, "\\&");
  return result;
}

void add_option(std::string& text, const Option& option) {
  const auto letter = option.letter == '\0' ? "" : fmt::format("\\-{}, ", option.letter);
  const auto value =
      option.value_name.empty() ? "" : fmt::format(" \\fI{}\\fR", escaped(option.value_name));
  fmt::format_to(std::back_inserter(text), ".TP\n\\fB{}\\-\\-{}\\fR{}\n{}\n", letter,
                 escaped(option.name), value, escaped(option.help));
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

std::string manual_page(const App& app) {
  const auto name = escaped(app.name);
  const auto command_word = app.default_command.empty() ? "\\fICOMMAND\\fR" : "[\\fICOMMAND\\fR]";
  std::string text = fmt::format(
      ".TH {0} 1 \"\" \"{1} {2}\"\n"
      ".SH NAME\n{1} \\- {3}\n"
      ".SH SYNOPSIS\n\\fB{1}\\fR {4} [\\fIOPTION\\fR...]\n",
      escaped(upper(app.name)), name, escaped(app.version), escaped(app.summary), command_word);
  const auto out = std::back_inserter(text);
  text += ".SH COMMANDS\n";
  for (const auto& command : app.commands) {
    fmt::format_to(
        out, ".SS \"{}\"\n{}\n",
        escaped(command.arguments.empty() ? command.name : command.name + " " + command.arguments),
        escaped(command.summary));
    for (const auto& option : command.options) add_option(text, option);
  }
  text += ".SH OPTIONS\n";
  for (const auto& option : app.options) add_option(text, option);
  add_option(text, {.name = "help", .letter = 'h', .help = "show the help of a command"});
  add_option(text, {.name = "version", .help = "show the version"});
  const bool has_settings =
      std::any_of(app.commands.begin(), app.commands.end(),
                  [](const auto& command) { return command.settings == Settings::used; });
  if (has_settings) {
    text +=
        ".SH SETTINGS\nOf the commands that use them; each is also an environment variable and "
        "a line of the configuration.\n";
    for (const auto& option : setting_options(app.sections)) add_option(text, option);
  }
  text += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : kEndings)
    fmt::format_to(out, ".TP\n\\fB{}\\fR\n{}\n", static_cast<int>(code), escaped(meaning));
  return text;
}

Command manual_command() {
  return {.name = "man",
          .summary = "print the manual page, for man -l or a folder of manual pages",
          .run = [](const Invocation& invocation) {
            invocation.out().write(manual_page(invocation.app()));
            return ExitCode::ok;
          }};
}

}  // namespace notes::cli
