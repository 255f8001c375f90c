#include "api/account_reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "api/json_value.hpp"
#include "domain/account.hpp"

namespace notes::api {
namespace {

constexpr std::array<std::string_view, 3> kTokenMembers{"name", "scopes", "expires_at"};

/// An object of these members, each a string that must be there.
template <std::size_t count>
std::array<std::string, count> read_texts(std::string_view json,
                                          const std::array<std::string_view, count>& names,
                                          std::string_view noun) {
  std::vector<Violation> violations;
  std::map<std::string_view, std::optional<std::string>> read;
  const auto document = parse_json(json);
  read_members(document, "", {noun, names}, violations,
               [&](std::string_view name, const JsonMember& member) {
                 read[*std::find(names.begin(), names.end(), name)] = member.text();
               });
  std::array<std::string, count> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = read.find(names[i]);
    if (found == read.end()) {
      violations.push_back({"/" + std::string(names[i]), "required", "must be given"});
    } else {
      texts[i] = std::move(found->second).value_or("");
    }
  }
  if (!violations.empty()) throw Error(std::move(violations));
  return texts;
}

void read_scopes(const JsonMember& member, domain::Scopes& scopes) {
  const auto names = member.names();
  for (std::size_t i = 0; names && i < names->size(); ++i) {
    if (const auto scope = domain::parse_scope((*names)[i])) {
      scopes.add(*scope);
    } else {
      member.violations.push_back({member.pointer + "/" + std::to_string(i), "unknown",
                                   "must be notes:read, notes:write or admin"});
    }
    if (member.violations.size() == kMostViolations) return;
  }
}

void read_end(const JsonMember& member, std::optional<Timestamp>& expires_at) {
  if (member.value.IsNull()) return;
  const auto text = member.text();
  if (!text) return;
  expires_at = Timestamp::parse(*text);
  if (!expires_at) {
    member.violations.push_back({member.pointer, "not_a_time",
                                 "must be a time as RFC 3339 writes it: 2026-11-21T11:30:00Z"});
  }
}

}  // namespace

LoginRequest read_login(std::string_view json) {
  auto [email, password] = read_texts<2>(json, {"email", "password"}, "a login");
  return {.email = std::move(email), .password = std::move(password)};
}

PasswordChange read_password_change(std::string_view json) {
  auto [current, changed] =
      read_texts<2>(json, {"current_password", "new_password"}, "a change of password");
  return {.current_password = std::move(current), .new_password = std::move(changed)};
}

domain::AccessTokenDraft read_token_draft(std::string_view json) {
  std::vector<Violation> violations;
  std::vector<std::string_view> missing{"name", "scopes"};
  domain::AccessTokenDraft draft;
  const auto document = parse_json(json);
  read_members(document, "", {"an access token", kTokenMembers}, violations,
               [&](std::string_view name, const JsonMember& member) {
                 std::erase(missing, name);
                 if (name == "name") draft.name = member.text().value_or("");
                 if (name == "scopes") read_scopes(member, draft.scopes);
                 if (name == "expires_at") read_end(member, draft.expires_at);
               });
  for (const auto name : missing) {
    violations.push_back({"/" + std::string(name), "required", "must be given"});
  }
  if (!violations.empty()) throw Error(std::move(violations));
  return draft;
}

std::vector<http::NamedSchema> account_reader_schemas() {
  using http::Schema;
  const auto password = Schema::text(0, domain::kMaxPasswordBytes);
  const auto new_password =
      Schema::text(domain::kMinPasswordCharacters, domain::kMaxPasswordBytes)
          .described("At most 1,024 bytes of UTF-8 without control characters.");
  const auto scopes = Schema::array(Schema::one_of({"notes:read", "notes:write", "admin"}));
  return {
      {"Login", Schema::object({{"email", Schema::text()}, {"password", password}}).closed()},
      {"PasswordChange",
       Schema::object({{"current_password", password}, {"new_password", new_password}}).closed()},
      {"AccessTokenDraft",
       Schema::object(
           {{"name", Schema::text(1, domain::kMaxTokenNameCharacters)},
            {"scopes", scopes},
            {"expires_at",
             Schema::date_time().nullable().described("Later than now; null, or left out: no end."),
             Schema::Need::optional}})
           .closed()}};
}

}  // namespace notes::api
