#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace notes::config {

/// Environment variables by name.
using Variables = std::map<std::string, std::string, std::less<>>;

/// Those of this process.
Variables process_variables();

/// The value of a variable; empty when it is not set.
std::string_view value_of(const Variables& variables, std::string_view name);

/// One line of a .env file.
struct Assignment {
  std::string name;
  std::string value;
  int line = 0;

  friend bool operator==(const Assignment&, const Assignment&) = default;
};

struct Dotenv {
  std::vector<Assignment> assignments;  ///< in the order of the file
  std::vector<std::string> problems;  ///< each "FILE:LINE: what is wrong"; never with a value in it
};

/// Reads the text of a .env file: `NAME=value`, with `export ` before it or not. Blank lines and
/// lines that start with # are skipped. A value stands bare (to the end of the line, or to a #
/// behind a blank), in '…' (taken as it is), or in "…" (where \n, \t, \", \\ and \$ are escapes).
/// Nothing is expanded. `file` is the name that problems give.
Dotenv parse_dotenv(std::string_view text, std::string_view file);

}  // namespace notes::config
