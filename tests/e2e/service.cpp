#include "e2e/service.hpp"

namespace notes::tests {

Finished migrate(const std::string& database_url, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--dir", NOTES_MIGRATIONS_DIR});
  ProcessOptions options;
  options.arguments = std::move(arguments);
  options.environment = {{"DATABASE_URL", database_url}};
  return run(built("notes-migrate"), options);
}

}  // namespace notes::tests
