#pragma once

#include <functional>
#include <string>

#include "migrate/platform.hpp"

namespace notes::migrate {

/// Calls `attempt` until it is true, with jittered pauses between. `holder` says who holds the
/// lock, for the one who waits and for the error. Throws as Platform::lock does.
void wait_for_lock(const LockRequest& request, const std::function<bool()>& attempt,
                   const std::function<std::string()>& holder);

}  // namespace notes::migrate
