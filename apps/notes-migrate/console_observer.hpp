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
  /// With --verbose also a line for each statement. The invocation must outlive it.
  explicit ConsoleObserver(const cli::Invocation& invocation);

  void waiting_for_lock(std::string_view holder) override;
  void step_started(const StepView& step) override;
  void statement_started(const StepView& step, const sql::Statement& statement) override;
  void step_finished(const StepView& step, std::chrono::milliseconds took) override;
  void noted(std::string_view text) override;

 private:
  void line(const std::string& text);

  const cli::Console& console_;
  cli::ProgressLine progress_;
  bool verbose_;
};

}  // namespace notes::migrate
