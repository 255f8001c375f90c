#include "seed/report.hpp"

#include <algorithm>

namespace notes::seed {

std::vector<TableCount> Report::tables() const {
  std::vector<TableCount> totals;
  for (const auto& file : files) {
    for (const auto& count : file.tables) {
      auto total = std::find_if(totals.begin(), totals.end(),
                                [&](const TableCount& each) { return each.table == count.table; });
      if (total == totals.end()) {
        totals.push_back(count);
        continue;
      }
      total->inserted += count.inserted;
      total->updated += count.updated;
      total->unchanged += count.unchanged;
    }
  }
  return totals;
}

bool Report::changed() const {
  const auto totals = tables();
  return std::any_of(totals.begin(), totals.end(), [](const TableCount& count) {
    return count.inserted != 0 || count.updated != 0;
  });
}

}  // namespace notes::seed
