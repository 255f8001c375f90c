#include "support/database.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/timestamp.hpp"
#include "base/uuid.hpp"
#include "db/dialect.hpp"
#include "db/session.hpp"
#include "db/url.hpp"

namespace notes::tests {
namespace {

std::string cluster_url() {
  const char* url = std::getenv("NOTES_TEST_POSTGRES_URL");
  if (url == nullptr || *url == '\0') {
    throw std::runtime_error(
        "NOTES_TEST_POSTGRES_URL is not set: run the tests through scripts/test, or as "
        "scripts/with_postgres ctest …");
  }
  return url;
}

class NoSink final : public telemetry::LogSink {
 public:
  void write(telemetry::Level, std::string_view) override {}
};

std::string unique_name() {
  auto id = to_string(Uuid::make_v7(SystemClock().now()));
  std::replace(id.begin(), id.end(), '-', '_');
  return "notes_test_" + id;
}

}  // namespace

std::string Sqlite::url() const { return "sqlite:" + (directory.path() / "notes.db").string(); }

Postgres::Postgres() : name_(unique_name()) {
  const auto statement = fmt::format("CREATE DATABASE {} TEMPLATE template0", name_);
  execute(cluster_url(), {statement});
}

Postgres::~Postgres() {
  const auto statement = fmt::format("DROP DATABASE {} WITH (FORCE)", name_);
  execute(cluster_url(), {statement});
}

std::string Postgres::url() const {
  auto url = cluster_url();
  return url.replace(url.rfind('/') + 1, std::string::npos, name_);
}

config::DatabaseSettings database_settings(const std::string& url) {
  config::DatabaseSettings settings;
  settings.url = config::Secret(url);
  return settings;
}

Quiet::Quiet()
    : clock(Timestamp{}),
      logger(clock, std::make_unique<NoSink>(), telemetry::LogFormat::json,
             telemetry::Level::error) {}

void execute(const std::string& url, std::initializer_list<std::string_view> statements) {
  const auto session = db::open_session(db::Url::parse(url), config::DatabaseSettings{});
  for (const auto statement : statements) session->dialect().execute_raw(*session, statement);
}

}  // namespace notes::tests
