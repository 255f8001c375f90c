#include "cli/manual.hpp"

#include <doctest/doctest.h>

using namespace notes::cli;

TEST_CASE("the manual page holds the command table, escaped for troff") {
  const App app{.name = "my-tool",
                .version = "1.2.3",
                .summary = "does things",
                .options = {{.name = "dry-run", .letter = 'd', .help = ".never\\mind"}},
                .commands = {{.name = "upgrade",
                              .arguments = "[REV]",
                              .summary = "apply",
                              .options = {{.name = "to", .value_name = "X", .help = "where"}}}}};
  const auto page = manual_page(app);
  CHECK(
      page.starts_with(".TH MY\\-TOOL 1 \"\" \"my\\-tool 1.2.3\"\n"
                       ".SH NAME\nmy\\-tool \\- does things\n"
                       ".SH SYNOPSIS\n\\fBmy\\-tool\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...]\n"
                       ".SH COMMANDS\n"
                       ".SS \"upgrade [REV]\"\napply\n"
                       ".TP\n\\fB\\-\\-to\\fR \\fIX\\fR\nwhere\n"
                       ".SH OPTIONS\n"
                       ".TP\n\\fB\\-d, \\-\\-dry\\-run\\fR\n\\&.never\\emind\n"));
  CHECK(page.find(".SH EXIT STATUS\n.TP\n\\fB0\\fR\ndone, or nothing to do\n") !=
        std::string::npos);
  CHECK(page.find(".SH SETTINGS") == std::string::npos);
}
