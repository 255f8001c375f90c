#include "domain/account.hpp"

#include <fmt/format.h>

#include "domain/text.hpp"

namespace notes::domain {
namespace {

constexpr auto kPasswordPointer = "/password";

bool is_plain_text(std::string_view text) {
  return count_characters(text).has_value() && !has_control_character(text);
}

}  // namespace

std::optional<std::string> normalised_email(std::string_view text) {
  if (text.size() > kMaxEmailBytes || !count_characters(text) ||
      text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  auto email = fold_compatibility(trim_and_compose(text));
  const auto at = email.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == email.size()) return std::nullopt;
  if (email.find('@', at + 1) != std::string::npos || email.size() > kMaxEmailBytes ||
      has_white_space(email) || !is_plain_text(email)) {
    return std::nullopt;
  }
  return email;
}

std::vector<Violation> validate(const UserDraft& draft) {
  std::vector<Violation> violations;
  if (!normalised_email(draft.email)) {
    violations.push_back({"/email", "not_an_address",
                          fmt::format("must be an address such as anna@example.org, of at most {} "
                                      "bytes",
                                      kMaxEmailBytes)});
  }
  const auto characters = count_characters(draft.display_name);
  if (!characters || has_control_character(draft.display_name)) {
    violations.push_back(
        {"/display_name", "not_text", "must be well-formed UTF-8 without control characters"});
  } else if (*characters < 1 || *characters > kMaxDisplayNameCharacters) {
    violations.push_back({"/display_name", *characters == 0 ? "too_short" : "too_long",
                          fmt::format("must have 1 to {} characters, has {}",
                                      kMaxDisplayNameCharacters, *characters)});
  }
  return violations;
}

std::optional<std::string> prepared_password(std::string_view password) {
  if (password.size() > kMaxPasswordBytes || !is_plain_text(password)) return std::nullopt;
  return compose(password);
}

std::vector<Violation> check_new_password(std::string_view password, std::string_view email) {
  if (password.size() > kMaxPasswordBytes) {
    return {
        {kPasswordPointer, "too_long",
         fmt::format("must have at most {} bytes, has {}", kMaxPasswordBytes, password.size())}};
  }
  const auto prepared = prepared_password(password);
  if (!prepared) {
    return {{kPasswordPointer, "not_text", "must be well-formed UTF-8 without control characters"}};
  }
  const auto characters = count_characters(*prepared).value_or(0);
  if (characters < kMinPasswordCharacters) {
    return {{kPasswordPointer, "too_short",
             fmt::format("must have at least {} characters, has {}", kMinPasswordCharacters,
                         characters)}};
  }
  if (normalised_email(password) == email) {
    return {{kPasswordPointer, "too_easy", "must not be the address"}};
  }
  return {};
}

}  // namespace notes::domain
