#include "run_progress.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/duration.hpp"

namespace notes::cron_app {
namespace {

using std::chrono::milliseconds;

std::int64_t processed(const scheduler::Run& run) {
  const auto found = run.counters().find(scheduler::kProcessed);
  return found == run.counters().end() ? 0 : found->second;
}

}  // namespace

std::string progress_text(std::int64_t done, std::int64_t done_before,
                          std::optional<std::int64_t> total, milliseconds took) {
  constexpr std::int64_t kBar = 20;
  const auto rate = (done - done_before) * 1000 / std::max<std::int64_t>(took.count(), 1);
  if (!total || *total <= 0) return fmt::format("{}  {}/s", done, rate);
  const auto of_total = std::min(done, *total);
  const auto full = static_cast<std::size_t>(of_total * kBar / *total);
  auto text = fmt::format("[{:#<{}}{:.<{}}] {}%  {} of {}  {}/s", "", full, "",
                          static_cast<std::size_t>(kBar) - full, of_total * 100 / *total, done,
                          *total, rate);
  if (rate > 0) {
    text +=
        fmt::format("  {} left", format_duration(std::chrono::seconds((*total - of_total) / rate)));
  }
  return text;
}

RunProgress::RunProgress(const cli::Invocation& invocation)
    : line_(invocation.console().error, invocation.console().error_terminal) {}

void RunProgress::advanced(const scheduler::Run& run) {
  const auto now = Steady::now();
  const auto done = processed(run);
  if (!done_before_) done_before_ = run.record().attempt > 1 ? done : 0;
  if (shown_ && now - *shown_ < milliseconds(100)) return;
  shown_ = now;
  line_.show(run.record().job + " " +
             progress_text(done, *done_before_, run.expected(),
                           std::chrono::duration_cast<milliseconds>(now - begun_)));
}

}  // namespace notes::cron_app
