#pragma once

#include <vector>

#include <sys/types.h>

namespace notes::scheduler {

/// The processes below this one, its children's children included, whatever sessions and groups
/// they have made for themselves. Those that have ended and wait to be reaped are among them.
std::vector<pid_t> descendants();

}  // namespace notes::scheduler
