#include "scheduler/run_record.hpp"

#include <array>
#include <utility>

namespace notes::scheduler {
namespace {

constexpr std::array<std::pair<Origin, std::string_view>, 4> kOrigins{{
    {Origin::schedule, "schedule"},
    {Origin::trigger, "trigger"},
    {Origin::exec, "exec"},
    {Origin::backfill, "backfill"},
}};

constexpr std::array<std::pair<RunState, std::string_view>, 8> kStates{{
    {RunState::queued, "queued"},
    {RunState::running, "running"},
    {RunState::retrying, "retrying"},
    {RunState::succeeded, "succeeded"},
    {RunState::failed, "failed"},
    {RunState::cancelled, "cancelled"},
    {RunState::skipped, "skipped"},
    {RunState::lost, "lost"},
}};

template <typename Names, typename Value>
std::string_view name_in(const Names& names, Value value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "";
}

template <typename Value, std::size_t Size>
std::optional<Value> value_in(const std::array<std::pair<Value, std::string_view>, Size>& names,
                              std::string_view text) {
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Origin origin) { return name_in(kOrigins, origin); }

std::string_view to_string(RunState state) { return name_in(kStates, state); }

std::optional<Origin> parse_origin(std::string_view text) { return value_in(kOrigins, text); }

std::optional<RunState> parse_run_state(std::string_view text) { return value_in(kStates, text); }

}  // namespace notes::scheduler
