#include "service/last_use.hpp"

#include <string_view>
#include <utility>

#include "store/access_tokens.hpp"

namespace notes::service {

LastUse::LastUse(db::Database& database, telemetry::Logger& logger)
    : database_(database),
      logger_(logger),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

LastUse::~LastUse() {
  thread_.request_stop();
  thread_.join();
}

void LastUse::note(domain::AccessTokenId token, std::optional<Timestamp> known, Timestamp now) {
  if (known && now < *known + kGranularity) return;
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= kMost) return;
  tokens_.insert_or_assign(token, now);
  noted_.notify_one();
}

void LastUse::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    noted_.wait(lock, stop, [this] { return !tokens_.empty(); });
    noted_.wait_for(lock, stop, kGather, [] { return false; });
    lock.unlock();
    write();
  }
  write();
}

void LastUse::write() {
  std::map<domain::AccessTokenId, Timestamp> tokens;
  {
    const std::lock_guard lock(mutex_);
    tokens.swap(tokens_);
  }
  if (tokens.empty()) return;
  try {
    database_.transact([&](db::Session& session) {
      for (const auto& [id, used_at] : tokens) store::touch_access_token(session, id, used_at);
    });
  } catch (const Error& error) {
    logger_.warning(
        "the last use of credentials was not written",
        {{"count", std::uint64_t{tokens.size()}}, {"error", std::string_view(error.what())}});
  }
}

}  // namespace notes::service
