#pragma once

#include <chrono>
#include <string>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "migrate/observer.hpp"

namespace notes::migrate {

/// Shows a run on standard error: on a terminal the statement that is running, and everywhere a
/// line for each event.
class ConsoleObserver final : public Observer {
 public:
  enum class Detail { steps, statements };

  /// The invocation must outlive it.
  ConsoleObserver(const cli::Invocation& invocation, Detail detail);

  void waiting_for_lock(std::string_view holder) override;
  void step_started(const StepView& step) override;
  void statement_started(const StepView& step, const sql::Statement& statement) override;
  void step_finished(const StepView& step, std::chrono::milliseconds took) override;
  void noted(std::string_view text) override;

 private:
  void line(const std::string& text);

  const cli::Console& console_;
  cli::ProgressLine progress_;
  Detail detail_;
};

}  // namespace notes::migrate
