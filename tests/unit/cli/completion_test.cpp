#include "cli/completion.hpp"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "support/temporary_directory.hpp"

using namespace notes::cli;

namespace {

App tool() {
  return {
      .name = "my-tool",
      .version = "1.2.3",
      .summary = "does things",
      .options = {{.name = "dir", .letter = 'd', .value_name = "DIRECTORY", .help = "it's [x]"}},
      .commands = {{.name = "upgrade",
                    .arguments = "[REV]",
                    .summary = "apply: all",
                    .options = {{.name = "yes", .help = "do not ask"}}},
                   {.name = "config show", .summary = "show settings"}}};
}

/// What bash offers for the words, the last of which is being typed.
std::string offered(const std::string& words) {
  const notes::tests::TemporaryDirectory folder;
  const auto script = folder.write("completion", completion_script(tool(), Shell::bash));
  const auto answer = folder.path() / "answer";
  const std::string command =
      "bash -c 'set -eu; source " + script.string() + "; COMP_WORDS=(" + words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _my_tool; echo \"${COMPREPLY[*]}\"' > " +
      answer.string();
  REQUIRE(std::system(command.c_str()) == 0);
  return notes::tests::read_file(answer);
}

}  // namespace

TEST_CASE("bash offers commands, then the options of the one that was typed") {
  CHECK(offered("my-tool \"\"") == "upgrade config\n");
  CHECK(offered("my-tool up") == "upgrade\n");
  CHECK(offered("my-tool config \"\"") == "show\n");
  CHECK(offered("my-tool --dir x upgrade --") == "--yes --dir --help\n");
  CHECK(offered("my-tool -d upgrade \"\"") == "upgrade config\n");
  CHECK(offered("my-tool config show --d") == "--dir\n");
}

TEST_CASE("the scripts for zsh and fish quote what the help says") {
  const auto zsh = completion_script(tool(), Shell::zsh);
  CHECK(zsh.starts_with("#compdef my-tool\n"));
  CHECK(zsh.find("'--dir[it'\\''s \\[x\\]]:DIRECTORY:_files'") != std::string::npos);
  CHECK(zsh.find("'upgrade:apply\\: all'") != std::string::npos);
  const auto fish = completion_script(tool(), Shell::fish);
  CHECK(fish.find(
            "complete -c my-tool -f -n '__fish_use_subcommand' -a 'upgrade' -d 'apply: all'\n") !=
        std::string::npos);
  CHECK(fish.find("-l dir -s d -r -d 'it\\'s [x]'\n") != std::string::npos);
  CHECK(fish.find("-n '__fish_seen_subcommand_from config; and not __fish_seen_subcommand_from "
                  "show' -a 'show'") != std::string::npos);
}

TEST_CASE("a shell is named, or it is none") {
  CHECK(shell_named("zsh") == Shell::zsh);
  CHECK_FALSE(shell_named("tcsh"));
}
