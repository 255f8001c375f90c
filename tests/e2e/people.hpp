#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "e2e/http_client.hpp"

namespace notes::tests {

/// A user of the service, and the access token she shows.
struct Person {
  std::string id;
  std::string token;

  HttpClient::Fields credentials() const { return {{"Authorization", "Bearer " + token}}; }
};

/// Adds users to a migrated database, each with a token that may read and write notes.
std::vector<Person> add_people(const std::string& database_url, std::size_t count);

}  // namespace notes::tests
