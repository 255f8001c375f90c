#include "scheduler_fixture.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"

namespace notes::tests {

Timestamp minute(int minute) {
  return *Timestamp::parse(fmt::format("2026-11-21T11:{:02}:00Z", minute));
}

scheduler::Tick tick(int at) {
  return {
      .nominal = fmt::format("2026-11-21T11:{:02}:00[UTC]", at), .fold = 0, .due_at = minute(at)};
}

scheduler::Ownership ownership(const scheduler::RunRecord& run) {
  return {run.id, run.owner.value(), run.attempt};
}

void migrate_to_head(const std::string& url) {
  const SystemClock clock;
  migrate::MigratorSettings settings;
  settings.directory = NOTES_MIGRATIONS_DIR;
  migrate::Observer silent;
  migrate::Migrator(db::Url::parse(url), database_settings(url), settings, clock, silent)
      .upgrade(migrate::parse_revision_spec("head"));
}

std::vector<std::string> row_of(const std::string& url, const std::string& statement) {
  const auto session = db::open_session(db::Url::parse(url), database_settings(url));
  const auto rows = db::query(*session, statement);
  std::vector<std::string> values;
  for (const auto& value : rows.at(0)) values.push_back(value.value_or("NULL"));
  return values;
}

std::string value_of(const std::string& url, const std::string& statement) {
  return row_of(url, statement).at(0);
}

}  // namespace notes::tests
