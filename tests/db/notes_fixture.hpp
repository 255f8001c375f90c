#pragma once

#include <string>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "migrate/migrator.hpp"
#include "service/notes.hpp"
#include "support/database.hpp"

namespace notes::tests {

/// A database with the project's own schema and a second user beside the local one.
template <typename Backend>
struct NotesFixture {
  NotesFixture() {
    migrate::MigratorSettings settings;
    settings.directory = NOTES_MIGRATIONS_DIR;
    migrate::Observer silent;
    const auto database = database_settings(open.backend.url());
    migrate::Migrator(db::Url::parse(open.backend.url()), database, settings, clock, silent)
        .upgrade(migrate::parse_revision_spec("head"));
    execute(open.backend.url(),
            {"INSERT INTO users (id, email, display_name, role, created_at, updated_at) "
             "VALUES ('00000000-0000-7000-8000-000000000002', 'other@example.org', 'Other', "
             "'member', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')"});
  }

  OpenDatabase<Backend> open;
  ManualClock clock{*Timestamp::parse("2026-11-21T11:30:00.123456Z")};
  service::Notes notes{open.database, clock};
  const domain::Actor me{};
  const domain::Actor other{*domain::UserId::parse("00000000-0000-7000-8000-000000000002")};
};

}  // namespace notes::tests
