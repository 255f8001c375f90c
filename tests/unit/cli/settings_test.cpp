#include "cli/settings.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::cli;

namespace {

/// What a command prints, run with these option values and variables.
std::string printed(const App& app, const Command& command, Invocation::Values values,
                    config::Variables variables) {
  const tests::TemporaryDirectory directory;
  const auto path = directory.path() / "out";
  std::FILE* stream = std::fopen(path.c_str(), "w");
  Output out(stream);
  Output error(stderr);
  const Console console{out, error, {}, {}};
  CHECK(command.run(Invocation(app, command, console, {}, std::move(values),
                               std::move(variables))) == ExitCode::ok);
  std::fclose(stream);
  return tests::read_file(path);
}

/// The text with one space for several: how wide a column is depends on the longest of all values.
std::string with_single_spaces(std::string text) {
  const auto both_blank = [](char a, char b) { return a == ' ' && b == ' '; };
  text.erase(std::unique(text.begin(), text.end(), both_blank), text.end());
  return text;
}

bool has_line(const std::string& text, std::string_view start, std::string_view end) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto line_end = text.find('\n', at);
    const std::string_view line = std::string_view(text).substr(at, line_end - at);
    if (line.starts_with(start) && line.ends_with(end)) return true;
    at = line_end + 1;
  }
  return false;
}

}  // namespace

TEST_CASE("config show prints values and origins, of flags too, and hides secrets") {
  const App app{.name = "tool"};
  const auto command = config_show_command([](std::string_view) { return "REDACTED"; });
  const std::string text = with_single_spaces(
      printed(app, command, {{"port", {"9000"}}}, {{"SECRET_KEY", "hush"}, {"PORT", "1"}}));
  CHECK(text.starts_with("SETTING"));
  CHECK(has_line(text, "server.port ", " 9000 flag --port"));
  CHECK(has_line(text, "secret_key ", " *** environment SECRET_KEY"));
  CHECK(has_line(text, "database.url ", " REDACTED default"));
  CHECK(text.find("hush") == std::string::npos);
}

TEST_CASE("config show keeps to the sections of the program") {
  const App app{.name = "tool", .sections = {"log"}};
  const std::string text =
      printed(app, config_show_command([](std::string_view) { return ""; }), {}, {});
  CHECK(has_line(text, "log.level ", "default"));
  CHECK(text.find("server.port") == std::string::npos);
}

TEST_CASE("config example prints the example file") {
  CHECK(printed({}, config_example_command(), {}, {}) == config::example_yaml());
}

TEST_CASE("a setting is an option by both of its names, and the secret key is none") {
  const auto options = setting_options({});
  const auto count = [&](std::string_view name) {
    return std::count_if(options.begin(), options.end(),
                         [&](const auto& option) { return option.name == name; });
  };
  CHECK(count("port") == 1);
  CHECK(count("server-port") == 1);
  CHECK(count("database-url") == 1);
  CHECK(count("config-dir") == 1);
  CHECK(count("secret-key") == 0);
  CHECK(count("") == 0);
}
