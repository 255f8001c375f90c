#pragma once

#include <chrono>

#include "db/session.hpp"
#include "migrate/history.hpp"

namespace notes::migrate {

/// Whether the commits of a run each wait for the disk.
enum class DiskWait {
  each,
  shared,  ///< one wait for all that came within kShare
};

/// Lets the commits of many migrations wait for the disk together: a wait for each is most of what
/// a thousand small migrations cost.
///
/// What a power cut may then take back is the end of the run, never something before something that
/// stays: a migration goes together with its row in the history, and the next run does it again. A
/// process that is killed loses nothing. After settle() nothing can be lost.
///
/// For a session that belongs to nobody else, outside any transaction. Throws db::StatementError.
class CommitGroup {
 public:
  /// How long a migration may stand committed before the end of the next one makes it wait.
  static constexpr std::chrono::milliseconds kShare{100};

  /// The session and the history must outlive it.
  CommitGroup(db::Session& session, History& history, DiskWait wait);
  CommitGroup(const CommitGroup&) = delete;
  CommitGroup& operator=(const CommitGroup&) = delete;

  /// To be called after each migration.
  void committed();
  /// Returns when all that was committed is as durable as the database makes commits; from here on
  /// each commit waits.
  void settle();

 private:
  void relax();

  db::Session& session_;
  History& history_;
  DiskWait wait_;
  std::chrono::steady_clock::time_point settled_;
};

}  // namespace notes::migrate
