#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace notes::process {

using Environment = std::map<std::string, std::string, std::less<>>;

enum class Session {
  same,
  own,  ///< out of reach of the terminal's signals
};

struct SpawnOptions {
  std::string path;                         ///< of the program; see find_program()
  std::vector<std::string> arguments = {};  ///< its name first
  Environment environment = {};             ///< all of it
  /// What its descriptors 0, 1, 2, … are; -1 is /dev/null. It has no others.
  std::vector<int> descriptors = {-1, -1, -1};
  Session session = Session::same;
};

/// Starts a program; the caller waits for its end. It has the signals that this one blocks or
/// ignores. Safe with other threads running. Throws Error{internal}.
pid_t spawn(const SpawnOptions& options);

/// The program's place by the PATH of an environment (posix_spawnp would search this program's own,
/// not the child's). nullopt when there is none.
std::optional<std::string> find_program(std::string_view name, const Environment& environment);

}  // namespace notes::process
