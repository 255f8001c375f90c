#include "database_wait.hpp"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "db/session.hpp"

namespace notes::migrate {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Why the database does not answer; nullopt when it does.
std::optional<std::string> problem(const db::Url& url, const config::DatabaseSettings& settings) {
  const std::filesystem::path file = url.path();
  std::error_code error;
  if (!file.empty() && !url.in_memory() && !std::filesystem::exists(file, error)) {
    const auto folder = file.has_parent_path() ? file.parent_path() : ".";
    if (std::filesystem::is_directory(folder, error)) return std::nullopt;
    return fmt::format("{}: there is no directory {}", url.redacted(), folder.string());
  }
  try {
    db::open_session(url, settings);
    return std::nullopt;
  } catch (const Error& refused) {
    if (refused.code() != ErrorCode::unreachable) throw;
    return refused.what();
  }
}

}  // namespace

milliseconds wait_for_database(const db::Url& url, const config::DatabaseSettings& settings,
                               milliseconds patience, std::stop_token stop) {
  const auto started = steady_clock::now();
  std::mutex mutex;
  std::condition_variable_any stopped;
  for (milliseconds pause(100);; pause = std::min(2 * pause, milliseconds(1000))) {
    const auto found = problem(url, settings);
    const auto waited = std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
    if (!found) return waited;
    if (waited >= patience) {
      throw Error(ErrorCode::unreachable,
                  fmt::format("{}\nwaited {} for it; --wait gives it longer", *found,
                              format_duration(patience)));
    }
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, std::min(pause, patience - waited), [] { return false; });
    if (stop.stop_requested())
      throw Error(ErrorCode::interrupted, "interrupted while waiting for the database");
  }
}

}  // namespace notes::migrate
