#include "scheduler_fixture.hpp"

#include "base/clock.hpp"

namespace notes::tests {

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
