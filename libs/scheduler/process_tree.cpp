#include "scheduler/process_tree.hpp"

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace notes::scheduler {
namespace {

std::optional<pid_t> number_at(std::string_view text) {
  pid_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end != text.data() ? std::optional(number) : std::nullopt;
}

/// The fourth field of proc_pid_stat(5); the second is the program's name in parentheses, and may
/// hold anything.
std::optional<pid_t> parent_of(const std::filesystem::path& folder) {
  std::ifstream stream(folder / "stat");
  std::string stat;
  std::getline(stream, stat, '\0');
  const auto name_end = stat.rfind(") ");
  if (name_end == std::string::npos) return std::nullopt;
  return number_at(std::string_view(stat).substr(name_end + sizeof(") S ") - 1));
}

}  // namespace

std::vector<pid_t> descendants() {
  std::multimap<pid_t, pid_t> children;
  std::error_code gone;  // a process may end while it is looked at
  for (std::filesystem::directory_iterator entry("/proc", gone), end; entry != end;
       entry.increment(gone)) {
    const auto pid = number_at(entry->path().filename().native());
    if (!pid) continue;
    if (const auto parent = parent_of(entry->path())) children.emplace(*parent, *pid);
  }
  std::vector<pid_t> found{::getpid()};
  for (std::size_t at = 0; at < found.size(); ++at) {
    const auto [first, last] = children.equal_range(found[at]);
    for (auto child = first; child != last; ++child) found.push_back(child->second);
  }
  found.erase(found.begin());
  return found;
}

}  // namespace notes::scheduler
