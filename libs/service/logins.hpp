#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "domain/account.hpp"
#include "domain/session.hpp"
#include "identity/password_desk.hpp"

namespace notes::service {

/// Somebody who has logged in just now: the only time that the session's text is seen.
struct LoggedIn {
  domain::User user;
  domain::Session session;
  std::string text;
};

/// Logging in with a password, and out. Thread-safe; what it is given must outlive it. All throw
/// what db::Database and the desk throw.
class Logins {
 public:
  /// `lifetime`: how long a session lasts at most, however much it is used.
  Logins(db::Database& database, const Clock& clock, identity::PasswordDesk& passwords,
         std::chrono::milliseconds lifetime);

  /// Begins a session and writes down when its user was here. nullopt when there is no such active
  /// user or it is not the password; which of these takes the same time to say. A hash made at
  /// another cost than today's is made anew.
  std::optional<LoggedIn> login(std::string_view email, std::string_view password);

  /// Ends one session. Ending it again does nothing.
  void logout(domain::SessionId session);

  /// Gives the user another password and ends every session, that of the caller too. False, and
  /// nothing done, when `current` is not the password. Throws Error{invalid} for a new one that
  /// breaks a rule.
  bool change_password(domain::UserId user, std::string_view current, const std::string& changed);

 private:
  /// Who has this address and this password. Takes as long when nobody does.
  struct Known {
    domain::User user;
    std::string hash;
  };
  std::optional<Known> recognise(std::string_view email, const std::string& password);

  db::Database& database_;
  const Clock& clock_;
  identity::PasswordDesk& passwords_;
  std::chrono::milliseconds lifetime_;
};

}  // namespace notes::service
