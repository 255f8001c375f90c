#include "jobs/arguments.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"

namespace notes::jobs {

Arguments::Arguments(const std::vector<scheduler::BuiltinJob::Parameter>& parameters,
                     const scheduler::Run& run)
    : parameters_(parameters), run_(run) {}

std::string Arguments::text(std::string_view name) const {
  const auto described = std::find_if(parameters_.begin(), parameters_.end(),
                                      [&](const auto& each) { return each.name == name; });
  if (described == parameters_.end())
    throw Error(ErrorCode::internal, fmt::format("the job has no parameter '{}'", name));
  std::string value(run_.parameter(name).value_or(described->default_value));
  if (value.empty())
    throw Error(ErrorCode::usage, fmt::format("parameter {}: expected a value, got none", name));
  return value;
}

std::chrono::milliseconds Arguments::duration(std::string_view name) const {
  const auto value = text(name);
  const auto duration = parse_duration(value);
  if (!duration) {
    throw Error(
        ErrorCode::usage,
        fmt::format("parameter {}: expected a duration such as 30d or 12h, got '{}'", name, value));
  }
  return *duration;
}

std::size_t Arguments::count(std::string_view name, std::size_t most) const {
  const auto value = text(name);
  std::size_t number = 0;
  const auto* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end || number < 1 || number > most) {
    throw Error(ErrorCode::usage,
                fmt::format("parameter {}: expected 1..{}, got '{}'", name, most, value));
  }
  return number;
}

}  // namespace notes::jobs
