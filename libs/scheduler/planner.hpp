#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/timestamp.hpp"
#include "scheduler/job.hpp"
#include "scheduler/ledger.hpp"

namespace notes::scheduler {

/// How much later than it is due a tick of this job starts: evenly spread over [0, jitter), the
/// same on every replica and each time it is asked.
std::chrono::microseconds jitter_of(const JobDefinition& job, const Tick& tick);

/// The tick that follows `after`; nullopt when none does, or the job has no schedule.
std::optional<Tick> tick_after(const JobDefinition& job, Timestamp after);

/// Decides which ticks are to be run and which are not, and why. Pure: no database, no clock. For
/// one thread.
///
/// A tick's turn is the moment it is due and its jitter, and never before its predecessor's. Ticks
/// whose turn has come are decided in the order of their turns; of each job one after the other, so
/// that no tick is left out. The reasons:
///  - "paused": it was due while its job, or all, were paused;
///  - "superseded": a newer one of its job has its turn too, with CatchUp::latest;
///  - "over_max_count": more newer ones have theirs than may be made up;
///  - "too_old": it is later than max_age, or with CatchUp::none than kCurrent.
class Planner {
 public:
  /// How late a tick is still current for CatchUp::none.
  static constexpr std::chrono::seconds kCurrent{10};
  /// How many ticks are decided at once: what one transaction writes.
  static constexpr std::size_t kPortion = 1000;

  /// What has been decided, and how far the jobs have come by it.
  struct Portion {
    std::vector<Decision> decisions;
    std::vector<JobState> watermarks;  ///< name and watermark of the jobs that moved
  };

  /// `jobs` must outlive this. Nothing is planned before begin().
  explicit Planner(const std::vector<JobDefinition>& jobs);

  /// Starts anew behind the watermarks. A job that `states` does not name is not planned.
  void begin(std::span<const JobState> states);
  /// Replaces the pauses alone.
  void set_pauses(std::span<const JobState> states);

  /// When the next tick has its turn; nullopt when none will.
  std::optional<Timestamp> next_turn() const;
  /// The ticks whose turn has come, at most so many; the others are for the next call. What has
  /// been decided is not decided again: it must be written, or the term ends.
  Portion decide(Timestamp now, std::size_t limit = kPortion);

 private:
  struct Entry {
    const JobDefinition* job = nullptr;
    std::optional<Pause> pause = {};
    std::list<Tick> ahead = {};  // not decided yet; the front one is in the heap
    Timestamp newest = {};       // due_at of the last one taken from the schedule
    bool moved = false;          // has ticks in the portion that is being decided
    Timestamp watermark = {};
  };
  struct Turn {
    Timestamp at;
    std::size_t entry = 0;
  };

  bool fetch(Entry& entry) const;
  std::string_view skip_reason(Entry& entry, Timestamp now) const;
  bool newer_have_turn(Entry& entry, Timestamp now, std::size_t count) const;
  bool paused(const Entry& entry, const Tick& tick) const;
  void plan_next(std::size_t index, Timestamp not_before);

  std::vector<Entry> entries_;
  std::optional<Pause> pause_of_all_;
  std::vector<Turn> turns_;  // a heap, the earliest in front
};

}  // namespace notes::scheduler
