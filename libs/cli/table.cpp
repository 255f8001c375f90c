#include "cli/table.hpp"

#include <algorithm>
#include <utility>

#include "cli/display.hpp"

namespace notes::cli {

Table::Table(std::vector<std::string> headings) {
  if (!headings.empty()) add(std::move(headings));
}

void Table::add(std::vector<std::string> row) {
  for (auto& cell : row) cell = printable(cell, LineBreaks::escaped);
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - display_width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace notes::cli
