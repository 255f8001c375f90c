#include "migrate/commit_group.hpp"

#include "migrate/platform.hpp"

namespace notes::migrate {
namespace {

const Platform& platform(const db::Session& session) {
  return Platform::of(session.dialect().engine());
}

}  // namespace

CommitGroup::CommitGroup(db::Session& session, History& history, DiskWait wait)
    : session_(session), history_(history), wait_(wait) {
  if (wait_ == DiskWait::shared) relax();
}

void CommitGroup::relax() {
  platform(session_).set_commits(session_, Commits::deferred);
  settled_ = std::chrono::steady_clock::now();
}

void CommitGroup::committed() {
  if (wait_ == DiskWait::each || std::chrono::steady_clock::now() - settled_ < kShare) return;
  settle();
  wait_ = DiskWait::shared;
  relax();
}

void CommitGroup::settle() {
  if (wait_ == DiskWait::each) return;
  wait_ = DiskWait::each;
  platform(session_).set_commits(session_, Commits::durable);
  history_.touch();
}

}  // namespace notes::migrate
