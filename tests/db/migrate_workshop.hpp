#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/query.hpp"
#include "migrate/migrator.hpp"
#include "support/database.hpp"

namespace notes::tests {

/// An observer that keeps the notes it was given.
struct NoteTaker final : migrate::Observer {
  void noted(std::string_view text) override { notes.emplace_back(text); }
  std::vector<std::string> notes;
};

/// A database of one's own, a folder of migrations, and what a Migrator needs.
template <typename Backend>
struct Workshop {
  migrate::Migrator migrator() { return migrator(folder.path()); }
  migrate::Migrator migrator(const std::filesystem::path& directory) {
    migrate::MigratorSettings used = settings;
    used.directory = directory;
    return {db::Url::parse(backend.url()), database_settings(backend.url()), used, clock, observer};
  }

  migrate::Report upgrade(std::string_view target = "head") {
    return migrator().upgrade(migrate::parse_revision_spec(target));
  }
  migrate::Report downgrade(std::string_view target) {
    return migrator().downgrade(migrate::parse_revision_spec(target));
  }

  /// The first column of the rows.
  std::vector<std::string> values(const std::string& statement) {
    const auto session =
        db::open_session(db::Url::parse(backend.url()), database_settings(backend.url()));
    std::vector<std::string> found;
    for (auto& row : db::query(*session, statement))
      found.push_back(std::move(row.front()).value_or(""));
    return found;
  }
  std::string value(const std::string& statement) { return values(statement).at(0); }

  Backend backend;
  TemporaryDirectory folder;
  SystemClock clock;
  NoteTaker observer;
  migrate::MigratorSettings settings = [] {
    migrate::MigratorSettings made;
    made.author = {"tester@here", "1.2.3"};
    return made;
  }();
};

/// Everything that the catalog says about tables, columns, indexes and constraints but for the
/// tool's own, one thing a line.
std::vector<std::string> schema_of(const std::string& url);

/// The ids of a report's steps.
std::vector<std::string> ids(const migrate::Report& report);

/// A migration's text: header, and SQL for both directions.
std::string migration(std::string_view id, std::string_view parent, std::string_view up,
                      std::string_view down = "");

}  // namespace notes::tests
