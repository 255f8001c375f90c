#include "domain/access_token.hpp"

#include <fmt/format.h>

#include "domain/text.hpp"

namespace notes::domain {

std::vector<Violation> validate(const AccessTokenDraft& draft, Timestamp now) {
  std::vector<Violation> violations;
  const auto characters = count_characters(draft.name);
  if (!characters || has_control_character(draft.name)) {
    violations.push_back(
        {"/name", "not_text", "must be well-formed UTF-8 without control characters"});
  } else if (*characters < 1 || *characters > kMaxTokenNameCharacters) {
    violations.push_back({"/name", *characters == 0 ? "too_short" : "too_long",
                          fmt::format("must have 1 to {} characters, has {}",
                                      kMaxTokenNameCharacters, *characters)});
  }
  if (draft.scopes.empty()) {
    violations.push_back(
        {"/scopes", "too_short", "must name at least one of notes:read, notes:write and admin"});
  }
  if (draft.expires_at && *draft.expires_at <= now) {
    violations.push_back(
        {"/expires_at", "in_the_past", fmt::format("must be later than now, {}", to_string(now))});
  }
  return violations;
}

}  // namespace notes::domain
