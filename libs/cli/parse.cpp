#include "cli/parse.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <cxxopts.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "cli/settings.hpp"

namespace notes::cli {
namespace {

/// Stands before a word that starts with a dash and is no option, so that cxxopts takes it for an
/// argument.
constexpr char kShield = '\x01';

[[noreturn]] void refuse(const App& app, const Command* command, std::string_view what) {
  const std::string help =
      command == nullptr ? app.name : fmt::format("{} {}", app.name, command->name);
  throw Error(ErrorCode::usage, fmt::format("{}\nTry '{} --help'.", what, help));
}

bool starts_with_dash_and_digit(std::string_view word) {
  return word.size() > 1 && word[0] == '-' &&
         std::isdigit(static_cast<unsigned char>(word[1])) != 0;
}

bool takes_value(const std::vector<Option>& known, char letter) {
  return std::any_of(known.begin(), known.end(), [&](const auto& option) {
    return option.letter == letter && !option.value_name.empty();
  });
}

/// The words as cxxopts reads them: arguments that start with a dash shielded, and "-mTEXT" in two.
std::vector<std::string> prepared(const std::string& program, const std::vector<Option>& known,
                                  std::span<const std::string> words) {
  std::vector<std::string> out{program};
  bool options_ended = false;
  for (const auto& word : words) {
    const bool dash = word.size() > 1 && word[0] == '-';
    if (word == "--" && !options_ended) {
      options_ended = true;
    } else if (dash && (options_ended || starts_with_dash_and_digit(word))) {
      out.push_back(kShield + word);
    } else if (dash && word.size() > 2 && takes_value(known, word[1])) {
      out.push_back(word.substr(0, 2));
      out.push_back(word.substr(2));
    } else {
      out.push_back(word);
    }
  }
  return out;
}

std::string unshielded(std::string word) {
  if (word.size() > 1 && word[0] == kShield && word[1] == '-') word.erase(0, 1);
  return word;
}

/// What the command line says, before it is held against a command.
struct Given {
  std::vector<std::string> words;
  Invocation::Values values;
};

std::vector<Option> options_of_all(const App& app) {
  std::vector<Option> all = app.options;
  all.push_back({.name = "help", .letter = 'h', .help = "show this help"});
  all.push_back({.name = "version", .help = "show the version"});
  for (const auto& command : app.commands) {
    for (auto& option : options_of(app, command)) {
      const bool known =
          std::any_of(all.begin(), all.end(), [&](const auto& o) { return o.name == option.name; });
      if (!known) all.push_back(std::move(option));
    }
  }
  return all;
}

[[noreturn]] void refuse_option(const App& app, const std::vector<Option>& known,
                                std::string word) {
  word.erase(std::min(word.find('='), word.size()));
  std::vector<std::string> names;
  for (const auto& option : known) names.push_back("--" + option.name);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string hint = word.starts_with("--") ? did_you_mean(word, candidates) : "";
  refuse(app, nullptr, fmt::format("there is no option '{}'{}", word, hint));
}

/// What cxxopts read, in our terms.
Given given_of(const App& app, const std::vector<Option>& known, const cxxopts::ParseResult& read) {
  Given given;
  for (const auto& word : read.unmatched()) {
    if (word.size() > 1 && word[0] == '-') refuse_option(app, known, word);
    given.words.push_back(unshielded(word));
  }
  for (const auto& pair : read.arguments()) {
    const auto option = std::find_if(known.begin(), known.end(),
                                     [&](const auto& o) { return o.name == pair.key(); });
    if (option->value_name.empty() && pair.value() != "true") {
      refuse(app, nullptr, fmt::format("--{} takes no value", option->name));
    }
    given.values[option->name].push_back(option->value_name.empty() ? ""
                                                                    : unshielded(pair.value()));
  }
  return given;
}

Given read_words(const App& app, std::span<const std::string> words) {
  const auto known = options_of_all(app);
  cxxopts::Options options(app.name);
  options.allow_unrecognised_options();
  for (const auto& option : known) {
    const std::string names =
        option.letter == '\0' ? option.name : fmt::format("{},{}", option.letter, option.name);
    options.add_option("",
                       cxxopts::Option(names, option.help,
                                       option.value_name.empty() ? cxxopts::value<bool>()
                                                                 : cxxopts::value<std::string>()));
  }
  const auto texts = prepared(app.name, known, words);
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  try {
    return given_of(app, known, options.parse(static_cast<int>(pointers.size()), pointers.data()));
  } catch (const cxxopts::exceptions::exception& error) {
    refuse(app, nullptr, error.what());
  }
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end != 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// The command that the words start with, the one of most words when there are several.
const Command* find_command(const App& app, const std::vector<std::string>& words) {
  const Command* best = nullptr;
  std::size_t best_size = 0;
  for (const auto& command : app.commands) {
    const auto name = split(command.name);
    if (name.size() <= best_size || name.size() > words.size()) continue;
    if (!std::equal(name.begin(), name.end(), words.begin())) continue;
    best = &command;
    best_size = name.size();
  }
  return best;
}

[[noreturn]] void refuse_command(const App& app, const std::vector<std::string>& words) {
  std::vector<std::string_view> names;
  std::string below;
  for (const auto& command : app.commands) {
    names.emplace_back(command.name);
    if (command.name.starts_with(words.front() + " "))
      below += (below.empty() ? "" : ", ") + command.name;
  }
  if (!below.empty())
    refuse(app, nullptr, fmt::format("'{}' is not whole; there is: {}", words.front(), below));
  const std::string two = words.size() > 1 ? words[0] + " " + words[1] : words[0];
  auto hint = did_you_mean(words.front(), names);
  if (hint.empty()) hint = did_you_mean(two, names);
  refuse(app, nullptr, fmt::format("there is no command '{}'{}", words.front(), hint));
}

void check_options(const App& app, const Command& command, const Invocation::Values& values) {
  const auto own = options_of(app, command);
  for (const auto& [name, value] : values) {
    const bool known =
        std::any_of(own.begin(), own.end(), [&, &n = name](const auto& o) { return o.name == n; });
    if (!known) refuse(app, &command, fmt::format("'{}' has no option --{}", command.name, name));
  }
}

void check_arguments(const App& app, const Command& command,
                     const std::vector<std::string>& arguments) {
  std::size_t least = 0;
  std::size_t most = 0;
  for (const auto& word : split(command.arguments)) {
    if (!word.starts_with('[')) ++least;
    most = word.find("...") == std::string::npos ? most + 1 : arguments.size() + 1;
  }
  if (arguments.size() < least) {
    refuse(app, &command, fmt::format("'{}' needs {}", command.name, command.arguments));
  }
  if (arguments.size() > most) {
    const std::string takes = command.arguments.empty() ? "no arguments" : command.arguments;
    refuse(app, &command,
           fmt::format("'{}' takes {}; there is no place for '{}'", command.name, takes,
                       arguments[most]));
  }
}

}  // namespace

std::vector<Option> options_of(const App& app, const Command& command) {
  std::vector<Option> options = command.options;
  options.insert(options.end(), app.options.begin(), app.options.end());
  if (command.settings == Settings::used) {
    for (auto& option : setting_options(app.sections)) options.push_back(std::move(option));
  }
  return options;
}

Parsed parse(const App& app, std::span<const std::string> words) {
  Given given = read_words(app, words);
  if (given.values.contains("version")) return {.request = Request::version};
  const bool asks_help = given.values.contains("help");
  const bool help_command = !given.words.empty() && given.words.front() == "help";
  if (help_command) given.words.erase(given.words.begin());
  if ((asks_help || help_command) && given.words.empty()) return {.request = Request::help};

  if (given.words.empty() && app.default_command.empty()) refuse(app, nullptr, "which command?");
  if (given.words.empty()) given.words = split(app.default_command);
  const Command* command = find_command(app, given.words);
  if (command == nullptr) refuse_command(app, given.words);
  if (asks_help || help_command) return {.request = Request::help, .command = command};

  const auto size = static_cast<std::ptrdiff_t>(split(command->name).size());
  given.words.erase(given.words.begin(), given.words.begin() + size);
  check_options(app, *command, given.values);
  check_arguments(app, *command, given.words);
  return {
      .command = command, .arguments = std::move(given.words), .values = std::move(given.values)};
}

}  // namespace notes::cli
