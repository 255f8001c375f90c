#include "domain/user.hpp"

namespace notes::domain {

std::string_view to_string(Role role) {
  switch (role) {
    case Role::member:
      return "member";
    case Role::admin:
      return "admin";
  }
  return "member";
}

std::optional<Role> parse_role(std::string_view name) {
  for (const Role role : {Role::member, Role::admin}) {
    if (to_string(role) == name) return role;
  }
  return std::nullopt;
}

}  // namespace notes::domain
