#include "identity/password_desk.hpp"

#include "base/error.hpp"
#include "identity/access_token.hpp"

namespace notes::identity {

/// A place at the desk, from construction to destruction.
class PasswordDesk::Turn {
 public:
  explicit Turn(PasswordDesk& desk) : desk_(desk) {
    std::unique_lock lock(desk.mutex_);
    if (desk.running_ >= desk.limits_.at_once) {
      if (desk.waiting_ >= desk.limits_.queue_limit) {
        desk.refused_.increment();
        throw Error(ErrorCode::overloaded, "too many passwords are being checked");
      }
      ++desk.waiting_;
      desk.waiting_gauge_.add(1);
      desk.freed_.wait(lock, [&] { return desk.running_ < desk.limits_.at_once; });
      desk.waiting_gauge_.add(-1);
      --desk.waiting_;
    }
    ++desk.running_;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    {
      const std::lock_guard lock(desk_.mutex_);
      --desk_.running_;
    }
    desk_.freed_.notify_one();
  }

 private:
  PasswordDesk& desk_;
};

PasswordDesk::PasswordDesk(const PasswordLimits& limits, telemetry::Metrics& metrics)
    : limits_(limits),
      nobodys_hash_(hash_password(make_access_token(), limits.cost)),
      waiting_gauge_(metrics.gauge("argon2_queue_length", "Passwords waiting to be checked.")),
      refused_(metrics.counter("argon2_refused_total",
                               "Passwords that were not checked because too many were waiting.")) {}

std::string PasswordDesk::hash(std::string_view password) {
  const Turn turn(*this);
  return hash_password(password, limits_.cost);
}

bool PasswordDesk::verify(const std::string& hash, std::string_view password) {
  const Turn turn(*this);
  return verify_password(hash, password);
}

void PasswordDesk::verify_nothing(std::string_view password) { verify(nobodys_hash_, password); }

}  // namespace notes::identity
