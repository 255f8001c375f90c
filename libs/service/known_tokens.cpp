#include "service/known_tokens.hpp"

#include <string_view>

#include "base/error.hpp"
#include "db/dialect.hpp"

namespace notes::service {

KnownTokens::KnownTokens(const db::Url& url, const config::DatabaseSettings& settings,
                         telemetry::Logger& logger)
    : url_(url), settings_(settings), logger_(logger) {
  // Behind a pooler that needs this parameter LISTEN would hear what was meant for others.
  if (!url_.prepared_statements() || url_.in_memory()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

KnownTokens::~KnownTokens() {
  thread_.request_stop();
  const std::lock_guard lock(mutex_);
  if (session_ != nullptr) session_->sever();
}

std::optional<store::HeldToken> KnownTokens::find(const std::string& sha256) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(sha256);
  if (found == known_.end()) return std::nullopt;
  if (std::chrono::steady_clock::now() >= found->second.until) return std::nullopt;
  return found->second.held;
}

std::uint64_t KnownTokens::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

void KnownTokens::keep(const std::string& sha256, const store::HeldToken& held,
                       std::uint64_t changes) {
  const std::lock_guard lock(mutex_);
  if (!listening_ || changes != changes_) return;
  if (known_.size() >= kMost) known_.clear();
  known_.insert_or_assign(sha256, Known{held, std::chrono::steady_clock::now() + kKept});
}

void KnownTokens::forget() {
  const std::lock_guard lock(mutex_);
  ++changes_;
  known_.clear();
}

bool KnownTokens::listens() const {
  const std::lock_guard lock(mutex_);
  return listening_;
}

void KnownTokens::set_listening(bool listening) {
  forget();
  const std::lock_guard lock(mutex_);
  listening_ = listening;
}

void KnownTokens::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      listen(stop);
      return;
    } catch (const Error& error) {
      logger_.debug("changes of credentials cannot be heard for now",
                    {{"error", std::string_view(error.what())}});
    }
    std::unique_lock lock(mutex_);
    stopping_.wait_for(lock, stop, kLook, [] { return false; });
  }
}

void KnownTokens::listen(const std::stop_token& stop) {
  const auto session = db::open_session(url_, settings_);
  if (!session->dialect().listen(*session, store::kCredentialsChannel)) return;
  struct Listening {
    Listening(KnownTokens& of, db::Session& heard) : known(of) {
      {
        const std::lock_guard lock(known.mutex_);
        known.session_ = &heard;
      }
      known.set_listening(true);
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() {
      known.set_listening(false);
      const std::lock_guard lock(known.mutex_);
      known.session_ = nullptr;
    }
    KnownTokens& known;
  } const listening(*this, *session);
  while (!stop.stop_requested() && !session->severed()) {
    if (session->dialect().heard(*session, kLook)) forget();
  }
}

}  // namespace notes::service
