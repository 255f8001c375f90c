#include "migrate/outcome.hpp"

#include <string_view>

#include <fmt/format.h>

namespace notes::migrate {

std::string outcome(const StepView& step, Extent rolled_back) {
  const auto& revision = step.migration.revision;
  const auto way = to_string(step.direction);
  switch (rolled_back) {
    case Extent::migration:
      return fmt::format(
          "revision {} ({}) was rolled back as a whole; the database is as it was before it",
          revision, way);
    case Extent::run:
      return fmt::format(
          "all {} revisions of the run were rolled back with {} ({}); the database is as it was "
          "before the run",
          step.count, revision, way);
    case Extent::statement:
      break;
  }
  return fmt::format(
      "revision {} ({}) is not one transaction: what ran before this statement stands and is in "
      "the journal; mend the cause and run the same command again, it goes on from here",
      revision, way);
}

std::string outcome_unknown(const StepView& step) {
  return fmt::format(
      "the connection was lost during revision {} ({}); run the same command again, it finds out "
      "what was committed",
      step.migration.revision, to_string(step.direction));
}

sql::Position place(const sql::Statement& statement, std::size_t character) {
  if (character == 0) return statement.position;
  std::size_t seen = 0;
  std::size_t offset = 0;
  for (; offset < statement.text.size(); ++offset) {
    const bool starts = (static_cast<unsigned char>(statement.text[offset]) & 0xC0U) != 0x80U;
    if (starts && ++seen == character) break;
  }
  return sql::advance(statement.position, std::string_view(statement.text).substr(0, offset));
}

}  // namespace notes::migrate
