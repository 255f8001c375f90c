#pragma once

#include <string>
#include <vector>

namespace notes::cli {

/// Rows in aligned columns, two blanks between them. Cells are shown as printable() makes them.
class Table {
 public:
  /// With no headings, rows alone; a row may be shorter than others.
  explicit Table(std::vector<std::string> headings = {});

  void add(std::vector<std::string> row);
  /// Every line ends in a line break, and none in a blank.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace notes::cli
