#include "console_observer.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"
#include "cli/display.hpp"

namespace notes::migrate {

ConsoleObserver::ConsoleObserver(const cli::Invocation& invocation)
    : console_(invocation.console()),
      progress_(console_.error, console_.error_terminal),
      verbose_(invocation.has("verbose")) {}

void ConsoleObserver::line(const std::string& text) {
  progress_.clear();
  console_.error.write(cli::printable(text, cli::LineBreaks::escaped) + "\n");
}

void ConsoleObserver::waiting_for_lock(std::string_view holder) {
  line(fmt::format("waiting for another run to end ({})", holder));
}

void ConsoleObserver::step_started(const StepView& step) {
  progress_.show(fmt::format("[{}/{}] {} {}", step.number, step.count, to_string(step.direction),
                             step.migration.revision));
}

void ConsoleObserver::statement_started(const StepView& step, const sql::Statement& statement) {
  const auto first_line = statement.text.substr(0, statement.text.find('\n'));
  if (verbose_) line(fmt::format("  line {}: {}", statement.position.line, first_line));
  progress_.show(fmt::format("[{}/{}] {} {}: {}", step.number, step.count,
                             to_string(step.direction), step.migration.revision, first_line));
}

void ConsoleObserver::step_finished(const StepView& step, std::chrono::milliseconds took) {
  line(fmt::format("{} {} {} ({})", step.direction == Direction::up ? "applied" : "took back",
                   step.migration.revision, step.migration.message, format_duration(took)));
}

void ConsoleObserver::noted(std::string_view text) { line(fmt::format("note: {}", text)); }

}  // namespace notes::migrate
