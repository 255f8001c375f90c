#include "cli/help.hpp"

#include <doctest/doctest.h>

using namespace notes::cli;

namespace {

App tool() {
  return {
      .name = "tool",
      .version = "1.2.3",
      .summary = "does things",
      .options = {{.name = "dir", .value_name = "DIRECTORY", .help = "where"}},
      .commands = {{.name = "upgrade",
                    .arguments = "[REV]",
                    .summary = "apply migrations",
                    .options = {{.name = "yes", .letter = 'y', .help = "do not ask"}}},
                   {.name = "config show", .summary = "show settings", .settings = Settings::used}},
      .sections = {"log"}};
}

}  // namespace

TEST_CASE("the help of a program lists its commands and its own options") {
  CHECK(help_text(tool()) ==
        "tool 1.2.3: does things\n"
        "\n"
        "Usage: tool COMMAND [OPTION...]\n"
        "\n"
        "Commands:\n"
        "  upgrade [REV]  apply migrations\n"
        "  config show    show settings\n"
        "\n"
        "Options:\n"
        "      --dir DIRECTORY  where\n"
        "  -h, --help           show this help\n"
        "      --version        show the version\n"
        "\n"
        "'tool COMMAND --help' tells more of a command.\n");
}

TEST_CASE("the help of a command lists what it takes") {
  const App app = tool();
  CHECK(help_text(app, app.commands[0]) ==
        "tool upgrade: apply migrations\n"
        "\n"
        "Usage: tool upgrade [REV] [OPTION...]\n"
        "\n"
        "Options:\n"
        "  -y, --yes            do not ask\n"
        "      --dir DIRECTORY  where\n"
        "  -h, --help           show this help\n");
}

TEST_CASE("a command that uses settings lists those of the program's sections") {
  const App app = tool();
  const std::string text = help_text(app, app.commands[1]);
  CHECK(text.find("\nSettings:\n") != std::string::npos);
  CHECK(text.find("--log-level VALUE") != std::string::npos);
  CHECK(text.find("--environment VALUE") != std::string::npos);
  CHECK(text.find("--server-port") == std::string::npos);
}

TEST_CASE("a default command is said") {
  App app = tool();
  app.default_command = "upgrade";
  const std::string text = help_text(app);
  CHECK(text.find("Usage: tool [COMMAND] [OPTION...]\n") != std::string::npos);
  CHECK(text.find("\nWithout a command: upgrade.\n") != std::string::npos);
}
