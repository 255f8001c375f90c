#include "migrate/canceller.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace notes::migrate {

Canceller::Canceller(db::Session& session, std::stop_token stop)
    : thread_([&session, stop](const std::stop_token& over) {
        std::mutex mutex;
        std::condition_variable_any changed;
        const std::stop_callback wake(stop, [&] { changed.notify_all(); });
        std::unique_lock lock(mutex);
        // The deadline also covers a wake-up that comes between the check and the wait.
        while (!over.stop_requested()) {
          if (stop.stop_requested()) session.cancel();
          changed.wait_for(lock, over, std::chrono::milliseconds(100), [] { return false; });
        }
      }) {}

}  // namespace notes::migrate
