#include "service/last_use.hpp"

#include <string_view>
#include <utility>

#include "store/access_tokens.hpp"
#include "store/sessions.hpp"

namespace notes::service {
namespace {

void touch(db::Session& session, const Credential& credential, Timestamp used_at) {
  if (const auto* token = std::get_if<domain::AccessTokenId>(&credential)) {
    store::touch_access_token(session, *token, used_at);
  } else {
    store::touch_session(session, std::get<domain::SessionId>(credential), used_at);
  }
}

}  // namespace

LastUse::LastUse(db::Database& database, telemetry::Logger& logger)
    : database_(database),
      logger_(logger),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

LastUse::~LastUse() {
  thread_.request_stop();
  thread_.join();
}

void LastUse::note(const Credential& credential, std::optional<Timestamp> known, Timestamp now) {
  if (known && now < *known + kGranularity) return;
  const std::lock_guard lock(mutex_);
  if (used_.size() >= kMost) return;
  const bool first = used_.empty();
  used_.insert_or_assign(credential, now);
  // The others are gathered: the thread need not wake up for each.
  if (first) noted_.notify_one();
}

void LastUse::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    noted_.wait(lock, stop, [this] { return !used_.empty(); });
    noted_.wait_for(lock, stop, kGather, [] { return false; });
    lock.unlock();
    write();
  }
  write();
}

void LastUse::write() {
  std::map<Credential, Timestamp> used;
  {
    const std::lock_guard lock(mutex_);
    used.swap(used_);
  }
  if (used.empty()) return;
  try {
    database_.transact([&](db::Session& session) {
      for (const auto& [credential, used_at] : used) touch(session, credential, used_at);
    });
  } catch (const Error& error) {
    logger_.warning(
        "the last use of credentials was not written",
        {{"count", std::uint64_t{used.size()}}, {"error", std::string_view(error.what())}});
  }
}

}  // namespace notes::service
