#include "domain/scope.hpp"

#include <algorithm>
#include <array>

namespace notes::domain {
namespace {

constexpr std::array kScopes{Scope::read_notes, Scope::write_notes, Scope::admin};
static_assert(kScopes.size() == kScopeCount);

constexpr std::string_view kSeparators = " ,";

}  // namespace

std::string_view to_string(Scope scope) {
  switch (scope) {
    case Scope::read_notes:
      return "notes:read";
    case Scope::write_notes:
      return "notes:write";
    case Scope::admin:
      return "admin";
  }
  return "";
}

Scopes Scopes::every() {
  Scopes scopes;
  for (const Scope scope : kScopes) scopes.add(scope);
  return scopes;
}

std::vector<Scope> Scopes::list() const {
  std::vector<Scope> scopes;
  for (const Scope scope : kScopes) {
    if (includes(scope)) scopes.push_back(scope);
  }
  return scopes;
}

std::string to_string(Scopes scopes) {
  std::string text;
  for (const Scope scope : scopes.list()) {
    if (!text.empty()) text += ' ';
    text += to_string(scope);
  }
  return text;
}

std::optional<Scope> parse_scope(std::string_view name) {
  const auto found = std::find_if(kScopes.begin(), kScopes.end(),
                                  [&](Scope scope) { return to_string(scope) == name; });
  if (found == kScopes.end()) return std::nullopt;
  return *found;
}

std::optional<Scopes> parse_scopes(std::string_view text) {
  Scopes scopes;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(kSeparators), text.size()));
    if (text.empty()) return scopes;
    const auto name = text.substr(0, text.find_first_of(kSeparators));
    const auto scope = parse_scope(name);
    if (!scope) return std::nullopt;
    scopes.add(*scope);
    text.remove_prefix(name.size());
  }
}

}  // namespace notes::domain
