#pragma once

#include "domain/user.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Jobs that go through the users in the order of their ids keep the last one done as their
/// checkpoint: this is it, or the id before all others.
domain::UserId last_user_done(const scheduler::Run& run);

}  // namespace notes::jobs
