#include "e2e/people.hpp"

#include <fmt/format.h>

#include "identity/access_token.hpp"
#include "identity/digest.hpp"
#include "support/database.hpp"

namespace notes::tests {
namespace {

constexpr auto kNow = "2026-01-01T00:00:00.000000Z";

}  // namespace

std::vector<Person> add_people(const std::string& database_url, std::size_t count) {
  std::vector<Person> people;
  for (std::size_t n = 0; n < count; ++n) {
    const Person person{.id = fmt::format("00000000-0000-7000-8000-{:012x}", 0xa00 + n),
                        .token = identity::make_access_token()};
    execute(database_url,
            {fmt::format("INSERT INTO users (id, email, display_name, created_at, updated_at) "
                         "VALUES ('{0}', 'person{1}@example.org', 'Person {1}', '{2}', '{2}')",
                         person.id, n, kNow),
             fmt::format("INSERT INTO access_tokens (id, user_id, name, token_sha256, scopes, "
                         "created_at) VALUES ('00000000-0000-7000-8000-{:012x}', '{}', 'test', "
                         "'{}', 'notes:read notes:write', '{}')",
                         0xb00 + n, person.id, identity::sha256(person.token), kNow)});
    people.push_back(person);
  }
  return people;
}

}  // namespace notes::tests
