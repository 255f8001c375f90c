#include "cli/completion.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/parse.hpp"

namespace notes::cli {
namespace {

/// A name that a shell takes for a function: "notes-migrate" → "_notes_migrate".
std::string function_name(const App& app) {
  std::string name = "_" + app.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<Option> options_with_help(const App& app, const Command& command) {
  auto options = options_of(app, command);
  options.push_back({.name = "help", .letter = 'h', .help = "show this help"});
  return options;
}

/// "--dir|--table|-m": every option of the program that takes a value, as a case pattern.
std::string value_pattern(const App& app) {
  std::set<std::string> names;
  for (const auto& command : app.commands) {
    for (const auto& option : options_of(app, command)) {
      if (option.value_name.empty()) continue;
      names.insert("--" + option.name);
      if (option.letter != '\0') names.insert(fmt::format("-{}", option.letter));
    }
  }
  // A pattern cannot be empty, and nobody types this one with a value behind it.
  if (names.empty()) return "--";
  return fmt::format("{}", fmt::join(names, "|"));
}

/// What may follow the words, by the words: "" → the commands' first words, "config" → "show".
struct Follower {
  std::string words;
  std::string next;
  std::string summary;
};

std::vector<Follower> followers(const App& app) {
  std::vector<Follower> found;
  for (const auto& command : app.commands) {
    const auto blank = command.name.find(' ');
    const auto first = command.name.substr(0, blank);
    const bool known = std::any_of(found.begin(), found.end(), [&](const auto& one) {
      return one.words.empty() && one.next == first;
    });
    if (!known) found.push_back({"", first, blank == std::string::npos ? command.summary : ""});
    if (blank != std::string::npos)
      found.push_back({first, command.name.substr(blank + 1), command.summary});
  }
  return found;
}

std::string replaced(std::string_view text, std::string_view characters, std::string_view before) {
  std::string result;
  for (const char c : text) {
    if (characters.find(c) != std::string_view::npos) result += before;
    result += c;
  }
  return result;
}

/// Inside single quotes of bash and zsh.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// The words that stand before the cursor, without options and their values.
std::string collected_words(const App& app, std::string_view words, std::string_view first,
                            std::string_view end) {
  return fmt::format(
      "  local i before=\n"
      "  for ((i = {1}; i < {2}; ++i)); do\n"
      "    case ${{{0}[i]}} in\n"
      "      ({3}) ((++i)) ;;\n"
      "      (-*) ;;\n"
      "      (*) before=\"$before${{{0}[i]}} \" ;;\n"
      "    esac\n"
      "  done\n",
      words, first, end, value_pattern(app));
}

std::string bash(const App& app) {
  std::string text = fmt::format(
      "# bash completion for {0}: source it, or put it into /etc/bash_completion.d.\n"
      "{1}() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} candidates=\n{2}"
      "  case ${{COMP_WORDS[COMP_CWORD - 1]}} in\n"
      "    ({3})\n"
      "      mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
      "      return\n"
      "      ;;\n"
      "  esac\n"
      "  case $before in\n",
      app.name, function_name(app), collected_words(app, "COMP_WORDS", "1", "COMP_CWORD"),
      value_pattern(app));
  const auto out = std::back_inserter(text);
  for (const auto& command : app.commands) {
    std::string candidates;
    for (const auto& option : options_with_help(app, command)) candidates += " --" + option.name;
    fmt::format_to(out, "    ({}*) candidates={} ;;\n", shell_quoted(command.name + " "),
                   shell_quoted(candidates.substr(1)));
  }
  std::set<std::string> heads;
  for (const auto& follower : followers(app)) heads.insert(follower.words);
  for (const auto& head : heads) {
    std::string candidates;
    for (const auto& follower : followers(app)) {
      if (follower.words == head) candidates += " " + follower.next;
    }
    fmt::format_to(out, "    ({}) candidates={} ;;\n", shell_quoted(head.empty() ? "" : head + " "),
                   shell_quoted(candidates.substr(1)));
  }
  fmt::format_to(out,
                 "  esac\n"
                 "  mapfile -t COMPREPLY < <(compgen -W \"$candidates\" -- \"$current\")\n"
                 "}}\n"
                 "complete -o filenames -F {} {}\n",
                 function_name(app), app.name);
  return text;
}

std::string zsh_option(const Option& option) {
  const auto help = replaced(option.help, "[]:\\", "\\");
  const auto value =
      option.value_name.empty() ? "" : ":" + replaced(option.value_name, ":\\", "\\") + ":_files";
  auto text = " " + shell_quoted(fmt::format("--{}[{}]{}", option.name, help, value));
  if (option.letter != '\0')
    text += " " + shell_quoted(fmt::format("-{}[{}]{}", option.letter, help, value));
  return text;
}

std::string zsh(const App& app) {
  std::string text = fmt::format(
      "#compdef {0}\n"
      "# zsh completion for {0}: put it as _{0} into a folder of $fpath, or source it.\n"
      "{1}() {{\n{2}"
      "  local -a followers\n"
      "  case $before in\n",
      app.name, function_name(app), collected_words(app, "words", "2", "CURRENT"));
  const auto out = std::back_inserter(text);
  for (const auto& command : app.commands) {
    std::string options;
    for (const auto& option : options_with_help(app, command)) options += zsh_option(option);
    fmt::format_to(out, "    ({}*) _arguments{} '*:argument:_files' ;;\n",
                   shell_quoted(command.name + " "), options);
  }
  std::set<std::string> heads;
  for (const auto& follower : followers(app)) heads.insert(follower.words);
  for (const auto& head : heads) {
    std::string candidates;
    for (const auto& follower : followers(app)) {
      if (follower.words != head) continue;
      candidates +=
          " " + shell_quoted(follower.next + ":" + replaced(follower.summary, ":\\", "\\"));
    }
    fmt::format_to(out, "    ({}) followers=({}); _describe command followers ;;\n",
                   shell_quoted(head.empty() ? "" : head + " "), candidates.substr(1));
  }
  fmt::format_to(out,
                 "  esac\n"
                 "}}\n"
                 "if [ \"$funcstack[1]\" = _{0} ]; then {1} \"$@\"; else compdef {1} {0}; fi\n",
                 app.name, function_name(app));
  return text;
}

std::string fish_seen(std::string_view words) {
  std::string condition;
  std::string_view rest = words;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (!condition.empty()) condition += "; and ";
    condition += fmt::format("__fish_seen_subcommand_from {}", rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return condition;
}

std::string fish_quoted(std::string_view text) { return "'" + replaced(text, "'\\", "\\") + "'"; }

std::string fish(const App& app) {
  std::string text = fmt::format(
      "# fish completion for {0}: put it as {0}.fish into a folder of $fish_complete_path.\n",
      app.name);
  const auto out = std::back_inserter(text);
  for (const auto& follower : followers(app)) {
    const auto condition =
        follower.words.empty()
            ? std::string("__fish_use_subcommand")
            : fish_seen(follower.words) + "; and not __fish_seen_subcommand_from " + follower.next;
    fmt::format_to(out, "complete -c {} -f -n {} -a {} -d {}\n", app.name, fish_quoted(condition),
                   fish_quoted(follower.next), fish_quoted(follower.summary));
  }
  for (const auto& command : app.commands) {
    for (const auto& option : options_with_help(app, command)) {
      fmt::format_to(out, "complete -c {} -n {} -l {}{}{} -d {}\n", app.name,
                     fish_quoted(fish_seen(command.name)), option.name,
                     option.letter == '\0' ? "" : fmt::format(" -s {}", option.letter),
                     option.value_name.empty() ? "" : " -r", fish_quoted(option.help));
    }
  }
  return text;
}

ExitCode run(const Invocation& invocation) {
  const auto name = invocation.argument(0).value();
  const auto shell = shell_named(name);
  if (!shell) {
    throw Error(ErrorCode::usage,
                fmt::format("completion: expected bash, zsh or fish, got '{}'", name));
  }
  invocation.out().write(completion_script(invocation.app(), *shell));
  return ExitCode::ok;
}

}  // namespace

std::optional<Shell> shell_named(std::string_view name) {
  if (name == "bash") return Shell::bash;
  if (name == "zsh") return Shell::zsh;
  if (name == "fish") return Shell::fish;
  return std::nullopt;
}

std::string completion_script(const App& app, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash(app);
    case Shell::zsh:
      return zsh(app);
    case Shell::fish:
      return fish(app);
  }
  return {};
}

Command completion_command() {
  return {.name = "completion",
          .arguments = "SHELL",
          .summary = "print a script that completes commands and options in bash, zsh or fish",
          .run = run};
}

}  // namespace notes::cli
