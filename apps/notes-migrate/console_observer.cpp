#include "console_observer.hpp"

#include <condition_variable>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "cli/display.hpp"

namespace notes::migrate {

ConsoleObserver::ConsoleObserver(const cli::Invocation& invocation)
    : console_(invocation.console()),
      verbose_(invocation.has("verbose")),
      progress_(console_.error, console_.error_terminal) {
  if (console_.error_terminal.interactive)
    ticker_ = std::jthread([this](const std::stop_token& over) { tick(over); });
}

void ConsoleObserver::tick(const std::stop_token& over) {
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex_);
  while (!stopped.wait_for(lock, over, std::chrono::milliseconds(250), [] { return false; })) {
    if (over.stop_requested()) return;
    if (!statement_.empty()) show();
  }
}

/// Under the mutex. What changes stands in front of the statement, and who is in the way behind it:
/// the line is cut where the terminal ends.
void ConsoleObserver::show() {
  constexpr std::size_t kStatementColumns = 48;
  const auto elapsed =
      std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  progress_.show(fmt::format("{} {}{}{}: {}{}{}", step_, format_duration(elapsed),
                             activity_.progress.empty() ? "" : ", ", activity_.progress,
                             cli::fitted(statement_, kStatementColumns),
                             activity_.blocker.empty() ? "" : "; blocked by ", activity_.blocker));
}

void ConsoleObserver::line(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  progress_.clear();
  console_.error.write(cli::printable(text, cli::LineBreaks::escaped) + "\n");
}

void ConsoleObserver::waiting_for_lock(std::string_view holder) {
  line(fmt::format("waiting for another run to end ({})", holder));
}

void ConsoleObserver::step_started(const StepView& step) {
  const std::scoped_lock lock(mutex_);
  step_ = fmt::format("[{}/{}] {} {}", step.number, step.count, to_string(step.direction),
                      step.migration.revision);
  progress_.show(step_);
}

void ConsoleObserver::statement_started(const StepView&, const sql::Statement& statement) {
  const auto first_line = statement.text.substr(0, statement.text.find('\n'));
  if (verbose_) line(fmt::format("  line {}: {}", statement.position.line, first_line));
  const std::scoped_lock lock(mutex_);
  statement_ = first_line;
  started_ = std::chrono::steady_clock::now();
  activity_ = {};
  show();
}

void ConsoleObserver::activity(const Activity& seen) {
  const std::scoped_lock lock(mutex_);
  activity_ = seen;
}

void ConsoleObserver::statement_finished(const StepView&, const sql::Statement&) {
  const std::scoped_lock lock(mutex_);
  statement_.clear();
}

void ConsoleObserver::step_finished(const StepView& step, std::chrono::milliseconds took) {
  line(fmt::format("{} {} {} ({})", step.direction == Direction::up ? "applied" : "took back",
                   step.migration.revision, step.migration.message, format_duration(took)));
}

void ConsoleObserver::noted(std::string_view text) { line(fmt::format("note: {}", text)); }

}  // namespace notes::migrate
