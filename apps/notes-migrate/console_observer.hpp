#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "migrate/observer.hpp"

namespace notes::migrate {

/// Shows a run on standard error: everywhere a line for each event, and on a terminal below them
/// the statement that is running, for how long, and how far the database says it has come.
class ConsoleObserver final : public Observer {
 public:
  /// With --verbose also a line for each statement. The invocation must outlive it.
  explicit ConsoleObserver(const cli::Invocation& invocation);

  void waiting_for_lock(std::string_view holder) override;
  void step_started(const StepView& step) override;
  void statement_started(const StepView& step, const sql::Statement& statement) override;
  void activity(const Activity& seen) override;
  void statement_finished(const StepView& step, const sql::Statement& statement) override;
  void step_finished(const StepView& step, std::chrono::milliseconds took) override;
  void noted(std::string_view text) override;

 private:
  void line(const std::string& text);
  void show();
  void tick(const std::stop_token& over);

  const cli::Console& console_;
  const bool verbose_;
  std::mutex mutex_;
  // guards: all down to activity_, and standard error while a statement runs
  cli::ProgressLine progress_;
  std::string step_;
  std::string statement_;  ///< empty: none runs
  std::chrono::steady_clock::time_point started_;
  Activity activity_;
  std::jthread ticker_;
};

}  // namespace notes::migrate
