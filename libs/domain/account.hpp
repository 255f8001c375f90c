#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "domain/user.hpp"

namespace notes::domain {

inline constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321 §4.5.3.1.3, without the brackets
inline constexpr std::size_t kMaxDisplayNameCharacters = 100;
inline constexpr std::size_t kMinPasswordCharacters = 12;
inline constexpr std::size_t kMaxPasswordBytes = 1024;

/// Somebody with an account.
struct User {
  UserId id;
  std::string email;  ///< in the form of normalised_email(): what a person logs in with
  std::string display_name;
  Role role = Role::member;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> last_login_at = {};
  std::optional<Timestamp> deactivated_at = {};

  friend bool operator==(const User&, const User&) = default;
};

/// An address as accounts are told apart by: without white space around it, in Normalization Form
/// KC and case folded (Unicode §3.13, NFKC_Casefold), so that two that look alike to a person are
/// one. nullopt when what is left is no address: one '@' with something on both sides, no white
/// space or control characters, at most 254 bytes of UTF-8.
std::optional<std::string> normalised_email(std::string_view text);

/// What an administrator says of a user to be made.
struct UserDraft {
  std::string email;
  std::string display_name;
  Role role = Role::member;
};

/// Every rule that the draft breaks: an address as normalised_email() accepts it; a name of 1..100
/// characters without control characters.
std::vector<Violation> validate(const UserDraft& draft);

/// A password as it is hashed: in Normalization Form C (RFC 8265 §4.2.2), since keyboards differ in
/// how they write "é". nullopt for what cannot be one: more than 1024 bytes, not UTF-8, control
/// characters.
std::optional<std::string> prepared_password(std::string_view password);

/// Every rule that a new password breaks: 12 characters at least, 1024 bytes at most, UTF-8 without
/// control characters, not the address. Nothing is asked of its kinds of characters (NIST SP
/// 800-63B §5.1.1.2).
std::vector<Violation> check_new_password(std::string_view password, std::string_view email);

}  // namespace notes::domain
