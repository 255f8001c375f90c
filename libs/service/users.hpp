#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "domain/account.hpp"
#include "identity/password_desk.hpp"

namespace notes::service {

/// The accounts, as administrators look after them. Thread-safe; what it is given must outlive it.
/// Beside what each says, all throw what db::Database throws.
class Users {
 public:
  Users(db::Database& database, const Clock& clock, identity::PasswordDesk& passwords);

  /// Without a password the user can use tokens and cannot log in. Throws Error{invalid} with every
  /// rule that the draft or the password breaks, Error{conflict} when somebody has the address, and
  /// what the desk throws.
  domain::User create(const domain::UserDraft& draft, const std::optional<std::string>& password);

  /// The user of an address in any spelling. Throws Error{not_found}.
  domain::User find(std::string_view email);
  /// Throws Error{not_found}.
  domain::User get(domain::UserId id);

  /// At most `limit` users behind `after`, in the order in which they were made; an id of zeros
  /// begins.
  std::vector<domain::User> list(domain::UserId after, std::size_t limit);

  /// Ends every session of the user. Throws Error{invalid} for a password that breaks a rule,
  /// Error{not_found}, and what the desk throws.
  void set_password(domain::UserId id, const std::string& password);

  /// From then on the user cannot log in; sessions are ended and tokens revoked. The notes stay.
  /// Throws Error{not_found}.
  domain::User deactivate(domain::UserId id);
  /// The user can log in again; tokens that were revoked stay so. Throws Error{not_found}.
  domain::User activate(domain::UserId id);

  /// Throws Error{not_found}.
  domain::User grant(domain::UserId id, domain::Role role);

 private:
  template <typename Change>
  domain::User change(domain::UserId id, Change change);

  db::Database& database_;
  const Clock& clock_;
  identity::PasswordDesk& passwords_;
};

}  // namespace notes::service
