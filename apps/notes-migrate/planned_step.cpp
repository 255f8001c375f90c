#include "planned_step.hpp"

#include <fmt/format.h>

namespace notes::migrate {

std::vector<PlannedStep> planned(const Workbench& bench, const Picture& picture,
                                 const Report& rehearsal) {
  std::vector<PlannedStep> steps;
  for (const auto& step : rehearsal.steps) {
    const auto* file = picture.file(picture.graph().find(step.revision).value());
    if (file != nullptr) {
      steps.push_back({*file, step.direction});
      continue;
    }
    const auto session = bench.open();
    const History history(*session, bench.table(), bench.author(), bench.clock());
    auto kept = parse_migration(fmt::format("the history's copy of {}", step.revision),
                                history.source(step.revision));
    kept.revision = step.revision;
    steps.push_back({std::move(kept), step.direction});
  }
  return steps;
}

std::string indented(std::string_view text) {
  std::string result = "    ";
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "    ";
  }
  return result;
}

}  // namespace notes::migrate
