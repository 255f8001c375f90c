#include "migrate/platform.hpp"

#include "migrate/postgresql_platform.hpp"
#include "migrate/sqlite_platform.hpp"

namespace notes::migrate {

const Platform& Platform::of(db::Engine engine) {
  static const SqlitePlatform sqlite;
  static const PostgresqlPlatform postgresql;
  switch (engine) {
    case db::Engine::sqlite:
      return sqlite;
    case db::Engine::postgresql:
      return postgresql;
  }
  return sqlite;
}

}  // namespace notes::migrate
