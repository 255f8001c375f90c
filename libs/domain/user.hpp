#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/uuid.hpp"

namespace notes::domain {

struct UserTag;
using UserId = Id<UserTag>;

/// The one user of an open, loopback-only server: 00000000-0000-7000-8000-000000000001. Its row
/// comes with the schema.
inline constexpr UserId kLocalUser{Uuid({0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1})};

/// What a user may do beside keeping notes: an admin looks after the accounts.
enum class Role { member, admin };

/// "member", "admin": as rows, JSON and command lines have it.
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view name);

/// On whose behalf something is done.
struct Actor {
  UserId user = kLocalUser;
  Role role = Role::member;
};

}  // namespace notes::domain
