#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "migrate/activity.hpp"
#include "migrate/batch.hpp"
#include "migrate/migration.hpp"

namespace notes::migrate {

/// A migration that is being run, and its place in the plan.
struct StepView {
  const Migration& migration;
  Direction direction = Direction::up;
  std::size_t number = 1;  ///< from 1
  std::size_t count = 1;
};

/// Told what a run does while it does it: the progress line, the log and the JSON lines hang here.
/// Called from the thread that runs; what it is given lives as long as the call. The default
/// ignores everything.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  virtual void waiting_for_lock(std::string_view holder) { static_cast<void>(holder); }
  virtual void step_started(const StepView& step) { static_cast<void>(step); }
  virtual void statement_started(const StepView& step, const sql::Statement& statement) {
    static_cast<void>(step);
    static_cast<void>(statement);
  }
  /// What the database says of the statement that is running, again and again while it does.
  /// Called, unlike the rest, from a thread that watches, and always between that statement's
  /// start and its end; must return at once.
  virtual void activity(const Activity& seen) { static_cast<void>(seen); }
  /// The database has done it; whether it stays is up to the commit that follows.
  virtual void statement_finished(const StepView& step, const sql::Statement& statement) {
    static_cast<void>(step);
    static_cast<void>(statement);
  }
  /// After the commit that made it true.
  virtual void step_finished(const StepView& step, std::chrono::milliseconds took) {
    static_cast<void>(step);
    static_cast<void>(took);
  }
  /// Something worth knowing that stops nothing: a retry, SQL taken from the history.
  virtual void noted(std::string_view text) { static_cast<void>(text); }
};

}  // namespace notes::migrate
