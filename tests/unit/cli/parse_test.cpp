#include "cli/parse.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::cli;

namespace {

const App& app() {
  static const App kApp{
      .name = "tool",
      .version = "1.2.3",
      .summary = "a tool",
      .options = {{.name = "dir", .value_name = "DIRECTORY", .help = "where"},
                  {.name = "verbose", .letter = 'v', .help = "say more"}},
      .commands = {{.name = "upgrade",
                    .arguments = "[REV]",
                    .options = {{.name = "dry-run", .help = "change nothing"}}},
                   {.name = "downgrade", .arguments = "REV"},
                   {.name = "merge", .arguments = "REV REV..."},
                   {.name = "revision",
                    .options = {{.name = "message", .letter = 'm', .value_name = "TEXT"}}},
                   {.name = "config show", .settings = Settings::used},
                   {.name = "config example"}},
      .sections = {"database", "log"}};
  return kApp;
}

Parsed parsed(const std::vector<std::string>& words) { return parse(app(), words); }

std::string refusal(const std::vector<std::string>& words) {
  try {
    parsed(words);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("options stand before and behind the command and its arguments") {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"--dir", "d", "upgrade", "head", "--dry-run", "-v"},
                                             {"upgrade", "--dry-run", "head", "--dir=d", "-v"},
                                             {"-v", "--dry-run", "--dir=d", "upgrade", "head"}}) {
    const auto result = parsed(words);
    CHECK(result.request == Request::run);
    REQUIRE(result.command != nullptr);
    CHECK(result.command->name == "upgrade");
    CHECK(result.arguments == std::vector<std::string>{"head"});
    CHECK(result.values ==
          Invocation::Values{{"dir", {"d"}}, {"dry-run", {""}}, {"verbose", {""}}});
  }
}

TEST_CASE("what starts with a dash and a digit is an argument, and so is all behind two dashes") {
  CHECK(parsed({"downgrade", "-1"}).arguments == std::vector<std::string>{"-1"});
  CHECK(parsed({"downgrade", "-v", "-3:head"}).arguments == std::vector<std::string>{"-3:head"});
  CHECK(parsed({"downgrade", "--", "-v"}).arguments == std::vector<std::string>{"-v"});
  CHECK(parsed({"merge", "--", "--", "--dir", "x"}).arguments ==
        std::vector<std::string>{"--", "--dir", "x"});
  CHECK(parsed({"downgrade", "-"}).arguments == std::vector<std::string>{"-"});
  CHECK(parsed({"--dir", "-1", "upgrade"}).values == Invocation::Values{{"dir", {"-1"}}});
}

TEST_CASE("values come in every spelling, with any text in them") {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"revision", "-m", "add notes, and=more"},
                                             {"revision", "-madd notes, and=more"},
                                             {"revision", "--message", "add notes, and=more"},
                                             {"revision", "--message=add notes, and=more"}}) {
    CHECK(parsed(words).values == Invocation::Values{{"message", {"add notes, and=more"}}});
  }
  CHECK(parsed({"revision", "--message="}).values == Invocation::Values{{"message", {""}}});
  CHECK(parsed({"revision", "-m", "-not an option"}).values ==
        Invocation::Values{{"message", {"-not an option"}}});
  CHECK(parsed({"revision", "-m", "a", "-m", "b"}).values ==
        Invocation::Values{{"message", {"a", "b"}}});
  const std::string megabyte(1'000'000, 'x');
  CHECK(parsed({"revision", "--message=" + megabyte}).values ==
        Invocation::Values{{"message", {megabyte}}});
}

TEST_CASE("commands of two words, and the settings as options") {
  const auto result = parsed({"config", "show", "--database-url", "sqlite:x", "--log-level=debug"});
  CHECK(result.command->name == "config show");
  CHECK(result.values ==
        Invocation::Values{{"database-url", {"sqlite:x"}}, {"log-level", {"debug"}}});
  CHECK(parsed({"config", "example"}).command->name == "config example");
}

TEST_CASE("help and version are understood everywhere") {
  CHECK(parsed({"--version"}).request == Request::version);
  CHECK(parsed({"--help"}).request == Request::help);
  CHECK(parsed({"help"}).command == nullptr);
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"help", "downgrade"}, {"downgrade", "--help"}, {"-h", "downgrade"}}) {
    const auto result = parsed(words);
    CHECK(result.request == Request::help);
    REQUIRE(result.command != nullptr);
    CHECK(result.command->name == "downgrade");
  }
}

TEST_CASE("the default command runs when none is named") {
  App with_default = app();
  with_default.default_command = "upgrade";
  CHECK(parse(with_default, std::vector<std::string>{"-v"}).command->name == "upgrade");
}

TEST_CASE("a wrong command line is told what is wrong, what was meant, and where help is") {
  struct Case {
    std::vector<std::string> words;
    std::string message;
  };
  for (const auto& [words, message] : std::vector<Case>{
           {{}, "which command?\nTry 'tool --help'."},
           {{"upgrad"},
            "there is no command 'upgrad' (did you mean 'upgrade'?)\nTry 'tool --help'."},
           {{"frobnicate"}, "there is no command 'frobnicate'\nTry 'tool --help'."},
           {{"config"},
            "'config' is not whole; there is: config show, config example\nTry 'tool --help'."},
           {{"help", "upgrad"},
            "there is no command 'upgrad' (did you mean 'upgrade'?)\nTry 'tool --help'."},
           {{"upgrade", "--dry-rum"},
            "there is no option '--dry-rum' (did you mean '--dry-run'?)\nTry 'tool --help'."},
           {{"upgrade", "--xyzzy=1"}, "there is no option '--xyzzy'\nTry 'tool --help'."},
           {{"upgrade", "-x"}, "there is no option '-x'\nTry 'tool --help'."},
           {{"downgrade", "base", "--dry-run"},
            "'downgrade' has no option --dry-run\nTry 'tool downgrade --help'."},
           {{"upgrade", "--dry-run=false"}, "--dry-run takes no value\nTry 'tool --help'."},
           {{"downgrade"}, "'downgrade' needs REV\nTry 'tool downgrade --help'."},
           {{"merge", "a"}, "'merge' needs REV REV...\nTry 'tool merge --help'."},
           {{"upgrade", "a", "b"},
            "'upgrade' takes [REV]; there is no place for 'b'\nTry 'tool upgrade --help'."},
           {{"revision", "a"},
            "'revision' takes no arguments; there is no place for 'a'\nTry 'tool revision "
            "--help'."},
       }) {
    CAPTURE(message);
    CHECK(refusal(words) == message);
  }
  const std::string missing = refusal({"revision", "-m"});
  CAPTURE(missing);
  CHECK(missing.ends_with("\nTry 'tool --help'."));
}
