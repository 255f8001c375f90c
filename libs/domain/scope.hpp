#pragma once

#include <bitset>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notes::domain {

/// What a token allows whoever holds it to do in its owner's name.
enum class Scope {
  read_notes,   ///< "notes:read"
  write_notes,  ///< "notes:write"
  admin,        ///< "admin": what the owner may do as an administrator
};

inline constexpr std::size_t kScopeCount = 3;

std::string_view to_string(Scope scope);

/// A set of scopes.
class Scopes {
 public:
  constexpr Scopes() = default;
  Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) add(scope);
  }

  static Scopes every();

  void add(Scope scope) { bits_.set(static_cast<std::size_t>(scope)); }
  bool includes(Scope scope) const { return bits_.test(static_cast<std::size_t>(scope)); }
  bool empty() const { return bits_.none(); }
  /// In the order of the enumeration.
  std::vector<Scope> list() const;

  friend bool operator==(const Scopes&, const Scopes&) = default;

 private:
  std::bitset<kScopeCount> bits_;
};

/// The names with a blank between them (RFC 6749 §3.3), in the order of the enumeration.
std::string to_string(Scopes scopes);

/// The scope of that name; nullopt when there is none.
std::optional<Scope> parse_scope(std::string_view name);

/// What to_string() wrote, in any order, also with commas or several blanks between the names;
/// nullopt when one of them is no scope's.
std::optional<Scopes> parse_scopes(std::string_view text);

}  // namespace notes::domain
