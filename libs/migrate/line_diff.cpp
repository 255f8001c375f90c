#include "migrate/line_diff.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace notes::migrate {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines(std::string_view text) {
  Lines found;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    found.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

void print(std::string& out, char mark, Lines::const_iterator from, Lines::const_iterator to) {
  constexpr std::ptrdiff_t most = 20;
  const auto shown = std::min(to - from, most);
  for (auto line = from; line != from + shown; ++line)
    fmt::format_to(std::back_inserter(out), "  {} {}\n", mark, *line);
  if (shown < to - from)
    fmt::format_to(std::back_inserter(out), "  {} ... {} more lines\n", mark, to - from - shown);
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after) {
  if (before == after) return "";
  const Lines old_lines = lines(before);
  const Lines new_lines = lines(after);
  const auto [old_first, new_first] =
      std::mismatch(old_lines.begin(), old_lines.end(), new_lines.begin(), new_lines.end());
  auto old_last = old_lines.end();
  auto new_last = new_lines.end();
  while (old_last != old_first && new_last != new_first && *(old_last - 1) == *(new_last - 1)) {
    --old_last;
    --new_last;
  }
  std::string out = fmt::format("  @@ line {} @@\n", new_first - new_lines.begin() + 1);
  print(out, '-', old_first, old_last);
  print(out, '+', new_first, new_last);
  return out;
}

}  // namespace notes::migrate
