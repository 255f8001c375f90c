#include "jobs/summary.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/duration.hpp"

namespace notes::jobs {
namespace {

using scheduler::Counters;

constexpr std::string_view kErrors = "errors";

std::int64_t counted(const Counters& counters, std::string_view name) {
  const auto found = counters.find(name);
  return found == counters.end() ? 0 : found->second;
}

std::int64_t rate(std::int64_t units, std::chrono::milliseconds took) {
  return units * 1000 / std::max<std::int64_t>(took.count(), 1);
}

}  // namespace

std::int64_t processed(const scheduler::Run& run) {
  return counted(run.counters(), scheduler::kProcessed);
}

std::string summary_text(const Counters& counters, std::int64_t processed_before,
                         std::chrono::milliseconds took, Effect effect) {
  const auto units = counted(counters, scheduler::kProcessed);
  auto text =
      fmt::format("{}processed {}",
                  effect == Effect::counts_only ? "dry run, nothing was changed: " : "", units);
  for (const auto& [name, count] : counters) {
    if (name != scheduler::kProcessed && name != kErrors)
      text += fmt::format(", {} {}", name, count);
  }
  return text + fmt::format("; {} errors in {} ({}/s)", counted(counters, kErrors),
                            format_duration(took), rate(units - processed_before, took));
}

Summary::Summary(scheduler::Run& run, Effect effect)
    : run_(run), effect_(effect), processed_before_(processed(run)) {}

Summary::~Summary() {
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun_);
  const auto& counters = run_.counters();
  run_.print(summary_text(counters, processed_before_, took, effect_) + "\n");

  const auto units = processed(run_);
  std::vector<telemetry::Field> fields{{"dry_run", effect_ == Effect::counts_only},
                                       {"processed", units},
                                       {"errors", counted(counters, kErrors)},
                                       {"rate_per_second", rate(units - processed_before_, took)},
                                       {"duration_ms", std::int64_t{took.count()}}};
  for (const auto& [name, count] : counters) {
    if (name != scheduler::kProcessed && name != kErrors) fields.push_back({name, count});
  }
  run_.logger().log(telemetry::Level::info, "job summary", fields);
}

}  // namespace notes::jobs
