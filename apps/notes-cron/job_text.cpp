#include "job_text.hpp"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cron/zone.hpp"

namespace notes::cron_app {
namespace {

struct KindOf {
  std::string_view operator()(const scheduler::BuiltinWork&) const { return "builtin"; }
  std::string_view operator()(const scheduler::SqlWork&) const { return "sql"; }
  std::string_view operator()(const scheduler::CommandWork&) const { return "command"; }
};

struct TextOf {
  std::string operator()(const scheduler::BuiltinWork& work) const { return work.name; }
  std::string operator()(const scheduler::SqlWork& work) const { return work.file.string(); }
  std::string operator()(const scheduler::CommandWork& work) const {
    return fmt::format("{}", fmt::join(work.arguments, " "));
  }
};

}  // namespace

std::string_view kind_of(const scheduler::JobDefinition& job) {
  return std::visit(KindOf{}, job.work);
}

std::string work_text(const scheduler::JobDefinition& job) {
  return std::visit(TextOf{}, job.work);
}

std::string_view to_string(scheduler::Overlap overlap) {
  switch (overlap) {
    case scheduler::Overlap::skip:
      return "skip";
    case scheduler::Overlap::queue:
      return "queue";
    case scheduler::Overlap::replace:
      return "replace";
    case scheduler::Overlap::allow:
      return "allow";
  }
  return "";
}

std::string_view to_string(scheduler::CatchUp catch_up) {
  switch (catch_up) {
    case scheduler::CatchUp::none:
      return "none";
    case scheduler::CatchUp::latest:
      return "latest";
    case scheduler::CatchUp::all:
      return "all";
  }
  return "";
}

std::optional<std::string> next_fire(const scheduler::JobDefinition& job, Timestamp after) {
  if (!job.schedule) return std::nullopt;
  const auto fire = job.schedule->next(after);
  if (!fire) return std::nullopt;
  return cron::local_time(fire->at, job.schedule->timezone());
}

std::string counters_text(const scheduler::Counters& counters) {
  std::string text;
  for (const auto& [name, count] : counters) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  }
  return text;
}

std::int64_t milliseconds_between(Timestamp earlier, Timestamp later) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(later - earlier).count();
}

}  // namespace notes::cron_app
