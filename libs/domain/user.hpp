#pragma once

#include <array>

#include "base/uuid.hpp"

namespace notes::domain {

struct UserTag;
using UserId = Id<UserTag>;

/// The one user of an open, loopback-only server: 00000000-0000-7000-8000-000000000001. Its row
/// comes with the schema.
inline constexpr UserId kLocalUser{Uuid({0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1})};

/// On whose behalf something is done.
struct Actor {
  UserId user = kLocalUser;
};

}  // namespace notes::domain
