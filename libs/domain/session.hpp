#pragma once

#include "base/timestamp.hpp"
#include "base/uuid.hpp"
#include "domain/user.hpp"

namespace notes::domain {

struct SessionTag;
using SessionId = Id<SessionTag>;

/// Somebody who has logged in, in one browser.
struct Session {
  SessionId id;
  UserId user;
  Timestamp created_at;
  Timestamp last_used_at;  ///< within a minute or so
  Timestamp expires_at;    ///< from this moment on it is none any more, however much it is used

  friend bool operator==(const Session&, const Session&) = default;
};

}  // namespace notes::domain
