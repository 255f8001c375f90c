#include "migrate/failure.hpp"

#include <utility>

#include <fmt/format.h>

namespace notes::migrate {
namespace {

std::string story(const MigrationFailure::Details& details) {
  std::string text = fmt::format("{}:{}:{}: {}", details.file, details.position.line,
                                 details.position.column, details.message);
  const auto out = std::back_inserter(text);
  if (!details.state.empty()) fmt::format_to(out, " ({})", details.state);
  if (!details.statement.empty()) {
    constexpr std::size_t most = 300;
    const auto shown = details.statement.substr(0, most);
    fmt::format_to(out, "\n  statement: {}{}", shown,
                   shown.size() < details.statement.size() ? " ..." : "");
  }
  if (!details.blocker.empty()) fmt::format_to(out, "\n  blocked by: {}", details.blocker);
  if (!details.hint.empty()) fmt::format_to(out, "\n  hint: {}", details.hint);
  fmt::format_to(out, "\n  {}", details.outcome);
  return text;
}

}  // namespace

MigrationFailure::MigrationFailure(ErrorCode code, Details details)
    : Error(code, story(details)), details_(std::move(details)) {}

}  // namespace notes::migrate
