#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "config/load.hpp"

namespace notes::cli {

/// An option of a command line. One name means one thing in all commands of a program.
struct Option {
  std::string name = {};        ///< "dry-run", typed as --dry-run
  char letter = '\0';           ///< 'm', typed as -m; '\0': none
  std::string value_name = {};  ///< "REV"; empty: a switch, which takes no value
  std::string help = {};
};

class Invocation;

enum class Settings {
  unused,
  used,  ///< every setting of the program is an option too
};

/// One row of a program's command table.
struct Command {
  std::string name = {};       ///< one or more words: "upgrade", "config show"
  std::string arguments = {};  ///< "REV [LABEL]", "REV..."; how many are accepted derives from it
  std::string summary = {};    ///< one line
  std::vector<Option> options = {};
  Settings settings = Settings::unused;
  std::function<ExitCode(const Invocation&)> run = {};
};

/// A program: what run_main needs to know of it.
struct App {
  std::string name = {};
  std::string version = {};
  std::string summary = {};
  std::vector<Option> options = {};  ///< of every command
  std::vector<Command> commands = {};
  std::string default_command = {};  ///< runs when none is named; empty: one must be named
  /// See config::Sources::sections.
  std::vector<std::string_view> sections = {};
  /// With --json on the command line, what an error prints on standard output besides its message
  /// on standard error: one object on one line. Empty: nothing.
  std::function<std::string(const Error&, ExitCode)> error_object = {};
};

/// Where a command prints, and what it may use there.
struct Console {
  Output& out;    ///< results
  Output& error;  ///< everything else
  Terminal out_terminal;
  Terminal error_terminal;
};

/// A command line, read and checked against the table. Refers to the App and the Console it was
/// made from.
class Invocation {
 public:
  using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

  /// `values` by option name; switches have one empty value.
  Invocation(const App& app, const Command& command, const Console& console,
             std::vector<std::string> arguments, Values values, config::Variables variables);

  const App& app() const { return app_.get(); }
  const Command& command() const { return command_.get(); }
  const Console& console() const { return console_.get(); }
  Output& out() const { return console().out; }
  const config::Variables& variables() const { return variables_; }

  /// What stands on the command line beside options.
  const std::vector<std::string>& arguments() const { return arguments_; }
  /// The argument at this position; nullopt when there are fewer.
  std::optional<std::string> argument(std::size_t index) const;

  /// Whether the option was given.
  bool has(std::string_view option) const;
  /// The option's value, the last one when it was given repeatedly.
  std::optional<std::string> value(std::string_view option) const;
  std::vector<std::string> values(std::string_view option) const;

  /// The settings, with those of the command line. Throws what config::load throws.
  config::Loaded load_settings() const;
  /// The settings of these sections alone: nothing else is read or required.
  config::Loaded load_settings(std::vector<std::string_view> sections) const;

 private:
  std::reference_wrapper<const App> app_;
  std::reference_wrapper<const Command> command_;
  std::reference_wrapper<const Console> console_;
  std::vector<std::string> arguments_;
  Values values_;
  config::Variables variables_;
};

}  // namespace notes::cli
