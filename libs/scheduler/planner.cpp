#include "scheduler/planner.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "scheduler/stable_hash.hpp"

namespace notes::scheduler {
namespace {

/// The zone that a fire's nominal time is written in.
std::string nominal_zone(const cron::Schedule& schedule) {
  const bool in_utc = schedule.daylight_saving() == cron::DaylightSaving::utc ||
                      schedule.interval() != std::chrono::milliseconds(0);
  return in_utc ? "UTC" : schedule.timezone();
}

bool covers(const std::optional<Pause>& pause, Timestamp moment) {
  return pause && pause->since <= moment && (!pause->until || moment < *pause->until);
}

/// How many of the ticks that have their turn at once may be run.
std::optional<std::size_t> most_runs(const JobDefinition& job) {
  if (job.catch_up == CatchUp::latest) return 1;
  if (!job.max_count) return std::nullopt;
  return std::max<std::size_t>(*job.max_count, 1);
}

std::optional<std::chrono::milliseconds> oldest(const JobDefinition& job) {
  if (job.max_age || job.catch_up != CatchUp::none) return job.max_age;
  return Planner::kCurrent;
}

Timestamp own_turn(const JobDefinition& job, const Tick& tick) {
  return tick.due_at + jitter_of(job, tick);
}

}  // namespace

std::chrono::microseconds jitter_of(const JobDefinition& job, const Tick& tick) {
  const std::chrono::microseconds span = job.jitter;
  if (span.count() <= 0) return std::chrono::microseconds(0);
  const auto hash = stable_hash(fmt::format("{}\n{}\n{}", job.name, tick.nominal, tick.fold));
  const auto part = hash % static_cast<std::uint64_t>(span.count());
  return std::chrono::microseconds(static_cast<std::int64_t>(part));
}

std::optional<Tick> tick_after(const JobDefinition& job, Timestamp after) {
  if (!job.schedule) return std::nullopt;
  auto fire = job.schedule->next(after);
  if (!fire) return std::nullopt;
  return Tick{.nominal = fmt::format("{}[{}]", fire->nominal, nominal_zone(*job.schedule)),
              .fold = fire->fold,
              .due_at = fire->at};
}

Planner::Planner(const std::vector<JobDefinition>& jobs) {
  entries_.reserve(jobs.size());
  for (const auto& job : jobs) {
    auto& entry = entries_.emplace_back();
    entry.job = &job;
  }
}

void Planner::begin(std::span<const JobState> states) {
  std::unordered_map<std::string_view, const JobState*> by_name;
  for (const auto& state : states) by_name.emplace(state.name, &state);
  set_pauses(states);
  turns_.clear();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    auto& entry = entries_[i];
    entry.ahead.clear();
    const auto state = by_name.find(entry.job->name);
    if (state == by_name.end()) continue;
    entry.newest = state->second->watermark;
    plan_next(i, entry.newest);
  }
}

void Planner::set_pauses(std::span<const JobState> states) {
  std::unordered_map<std::string_view, const std::optional<Pause>*> pauses;
  for (const auto& state : states) pauses.emplace(state.name, &state.pause);
  const auto pause_of = [&](std::string_view name) {
    const auto found = pauses.find(name);
    return found == pauses.end() ? std::nullopt : *found->second;
  };
  pause_of_all_ = pause_of(kAllJobs);
  for (auto& entry : entries_) entry.pause = pause_of(entry.job->name);
}

std::optional<Timestamp> Planner::next_turn() const {
  if (turns_.empty()) return std::nullopt;
  return turns_.front().at;
}

Planner::Portion Planner::decide(Timestamp now, std::size_t limit) {
  constexpr auto kLater = [](const Turn& a, const Turn& b) { return a.at > b.at; };
  Portion portion;
  std::vector<std::size_t> moved;
  while (!turns_.empty() && turns_.front().at <= now && portion.decisions.size() < limit) {
    const Turn turn = turns_.front();
    std::pop_heap(turns_.begin(), turns_.end(), kLater);
    turns_.pop_back();
    auto& entry = entries_[turn.entry];
    const auto& job = *entry.job;
    const auto reason = skip_reason(entry, now);
    auto tick = std::move(entry.ahead.front());
    entry.ahead.pop_front();
    if (!std::exchange(entry.moved, true)) moved.push_back(turn.entry);
    entry.watermark = tick.due_at;
    auto not_before = turn.at;
    // The rate holds for what is made up: a tick that comes in its time waits for nothing.
    const bool more = (!entry.ahead.empty() || fetch(entry)) && job.rate && reason.empty() &&
                      own_turn(job, entry.ahead.front()) <= now;
    if (more) {
      not_before = now + std::chrono::microseconds(static_cast<std::int64_t>(1e6 / *job.rate));
    }
    portion.decisions.push_back({.job = job.name,
                                 .tick = std::move(tick),
                                 .skip_reason = std::string(reason),
                                 .overlap = job.overlap,
                                 .apply = job.apply,
                                 .parameters = job.parameters});
    plan_next(turn.entry, not_before);
  }
  for (const auto index : moved) {
    auto& entry = entries_[index];
    entry.moved = false;
    portion.watermarks.push_back(
        {.name = entry.job->name, .schedule = {}, .watermark = entry.watermark});
  }
  return portion;
}

/// Takes one more tick from the schedule; false when there is none.
bool Planner::fetch(Entry& entry) const {
  auto tick = tick_after(*entry.job, entry.newest);
  if (!tick) return false;
  entry.newest = tick->due_at;
  entry.ahead.push_back(std::move(*tick));
  return true;
}

std::string_view Planner::skip_reason(Entry& entry, Timestamp now) const {
  const auto& job = *entry.job;
  if (paused(entry, entry.ahead.front())) return "paused";
  const auto most = most_runs(job);
  if (most && newer_have_turn(entry, now, *most)) {
    return job.catch_up == CatchUp::latest ? "superseded" : "over_max_count";
  }
  const auto limit = oldest(job);
  if (limit && now - own_turn(job, entry.ahead.front()) > *limit) return "too_old";
  return "";
}

/// Whether so many ticks behind the front one have their turn too. Of what was taken ahead only the
/// last one may not have it.
bool Planner::newer_have_turn(Entry& entry, Timestamp now, std::size_t count) const {
  for (;;) {
    const auto behind = entry.ahead.size() - 1;
    const bool last_has_turn = behind == 0 || own_turn(*entry.job, entry.ahead.back()) <= now;
    if (behind - (last_has_turn ? 0 : 1) >= count) return true;
    if (!last_has_turn || !fetch(entry)) return false;
  }
}

bool Planner::paused(const Entry& entry, const Tick& tick) const {
  return covers(entry.pause, tick.due_at) || covers(pause_of_all_, tick.due_at);
}

void Planner::plan_next(std::size_t index, Timestamp not_before) {
  constexpr auto kLater = [](const Turn& a, const Turn& b) { return a.at > b.at; };
  auto& entry = entries_[index];
  if (entry.ahead.empty() && !fetch(entry)) return;
  turns_.push_back({std::max(own_turn(*entry.job, entry.ahead.front()), not_before), index});
  std::push_heap(turns_.begin(), turns_.end(), kLater);
}

}  // namespace notes::scheduler
