#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "config/settings.hpp"
#include "db/database.hpp"
#include "support/manual_clock.hpp"
#include "support/temporary_directory.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::tests {

/// A SQLite database of one's own in a temporary directory; empty, and removed at the end.
struct Sqlite {
  static constexpr db::Engine kEngine = db::Engine::sqlite;

  std::string url() const;

  TemporaryDirectory directory;
};

/// A PostgreSQL database of one's own in the cluster that NOTES_TEST_POSTGRES_URL names
/// (scripts/with_postgres starts one); empty, and dropped at the end with whoever is still
/// connected to it. Throws when there is no cluster.
class Postgres {
 public:
  static constexpr db::Engine kEngine = db::Engine::postgresql;

  Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;
  ~Postgres();

  std::string url() const;

 private:
  std::string name_;
};

/// The default settings with this URL.
config::DatabaseSettings database_settings(const std::string& url);

/// A logger that says nothing, and metrics of one's own: what a db::Database needs beside its
/// settings.
struct Quiet {
  Quiet();

  ManualClock clock;
  telemetry::Logger logger;
  telemetry::Metrics metrics;
};

/// A fresh database and its db::Database: `OpenDatabase<Backend> open; open.database.transact(…)`.
template <typename Backend>
struct OpenDatabase {
  OpenDatabase() : OpenDatabase(config::DatabaseSettings{}) {}
  /// With these settings, but for the URL.
  explicit OpenDatabase(config::DatabaseSettings settings)
      : database(at(std::move(settings), backend.url()), quiet.logger, quiet.metrics) {}

  static config::DatabaseSettings at(config::DatabaseSettings settings, const std::string& url) {
    settings.url = config::Secret(url);
    return settings;
  }

  Backend backend;
  Quiet quiet;
  db::Database database;
};

/// Runs statements through Dialect::execute_raw, in order, each on its own, on a session of their
/// own.
void execute(const std::string& url, std::initializer_list<std::string_view> statements);

}  // namespace notes::tests

TYPE_TO_STRING_AS("SQLite", notes::tests::Sqlite);
TYPE_TO_STRING_AS("PostgreSQL", notes::tests::Postgres);
