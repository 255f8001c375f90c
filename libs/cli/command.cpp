#include "cli/command.hpp"

#include <utility>

#include "cli/settings.hpp"

namespace notes::cli {

Invocation::Invocation(const App& app, const Command& command, const Console& console,
                       std::vector<std::string> arguments, Values values,
                       config::Variables variables)
    : app_(app),
      command_(command),
      console_(console),
      arguments_(std::move(arguments)),
      values_(std::move(values)),
      variables_(std::move(variables)) {}

std::optional<std::string> Invocation::argument(std::size_t index) const {
  if (index >= arguments_.size()) return std::nullopt;
  return arguments_[index];
}

bool Invocation::has(std::string_view option) const { return values_.contains(option); }

std::optional<std::string> Invocation::value(std::string_view option) const {
  const auto found = values_.find(option);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Invocation::values(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

config::Loaded Invocation::load_settings() const { return load_settings(app().sections); }

config::Loaded Invocation::load_settings(std::vector<std::string_view> sections) const {
  config::Sources sources{.variables = variables_, .sections = std::move(sections)};
  for (const auto& option : setting_options(app().sections)) {
    for (auto& value : values(option.name))
      sources.flags.push_back({option.name, std::move(value)});
  }
  return config::load(sources);
}

}  // namespace notes::cli
