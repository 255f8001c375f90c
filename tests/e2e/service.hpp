#pragma once

#include <map>
#include <string>

#include "e2e/process.hpp"
#include "e2e/server_process.hpp"

namespace notes::tests {

/// Runs the real notes-migrate on the project's own migrations.
Finished migrate(const std::string& database_url, std::vector<std::string> arguments);

/// A database with the project's schema and a server on it.
template <typename Backend>
struct Service {
  explicit Service(std::map<std::string, std::string> environment = {})
      : server(prepared(backend.url(), std::move(environment))) {}

  static std::map<std::string, std::string> prepared(
      const std::string& url, std::map<std::string, std::string> environment) {
    if (const auto done = migrate(url, {"upgrade"}); done.status.code != 0) {
      throw std::runtime_error("notes-migrate upgrade: " + done.errors);
    }
    environment["DATABASE_URL"] = url;
    return environment;
  }

  Backend backend;
  ServerProcess server;
};

}  // namespace notes::tests
