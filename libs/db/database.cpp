#include "db/database.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "db/backoff.hpp"
#include "db/dialect.hpp"
#include "db/pool.hpp"

namespace notes::db {
namespace {

PoolOptions pool_options(const config::DatabaseSettings& settings, std::string name) {
  return {.name = std::move(name),
          .size = settings.pool_size,
          .overflow = settings.max_overflow,
          .acquire_timeout = settings.acquire_timeout,
          .recycle_after = settings.recycle_after,
          .ping_after_idle = settings.ping_after_idle};
}

PoolOptions single(PoolOptions options) {
  options.size = 1;
  options.overflow = 0;
  return options;
}

/// How an attempt ended that may be made again.
struct Refusal {
  StatementError error;
  bool committing;
  bool severed;
};

StatementError cut_off() {
  const std::string why = "the connection to the database was cut off from this side";
  return {ErrorCode::unreachable, why, Failure::disconnected, {.state = "08003", .message = why}};
}

/// BEGIN and COMMIT run raw: what they are refused for leaves as any other statement's failure
/// does, a deferred rule as a conflict and a full disk as unreachable.
StatementError with_code_of_failure(const StatementError& error) {
  return {error_code(error.failure()), error.what(), error.failure(), error.details()};
}

}  // namespace

struct Database::State {
  State(const config::DatabaseSettings& database_settings, telemetry::Logger& log,
        telemetry::Metrics& metrics)
      : settings(database_settings),
        url(Url::parse(settings.url.reveal())),
        dialect(Dialect::of(url.engine())),
        logger(log) {
    const auto connect = [this] { return dialect.connect(url, settings); };
    if (url.engine() == Engine::postgresql) {
      pool = std::make_unique<Pool>(pool_options(settings, "main"), connect, logger, metrics);
    } else if (url.in_memory()) {
      // Each connection would be a database of its own, and ends with it: one for all, for ever.
      auto options = single(pool_options(settings, "main"));
      options.recycle_after.reset();
      options.ping_after_idle.reset();
      pool = std::make_unique<Pool>(std::move(options), connect, logger, metrics);
    } else {
      pool = std::make_unique<Pool>(single(pool_options(settings, "writer")), connect, logger,
                                    metrics);
      const auto connect_reader = [this] {
        auto session = dialect.connect(url, settings);
        dialect.restrict_to_reading(*session);
        return session;
      };
      readers =
          std::make_unique<Pool>(pool_options(settings, "reader"), connect_reader, logger, metrics);
    }
  }

  std::optional<Refusal> attempt(Access access, const TransactionOptions& options,
                                 const std::function<void(Session&)>& work);

  const config::DatabaseSettings settings;
  const Url url;
  const Dialect& dialect;
  telemetry::Logger& logger;
  std::unique_ptr<Pool> pool;
  std::unique_ptr<Pool> readers;  // null where `pool` serves both
};

Database::Database(const config::DatabaseSettings& settings, telemetry::Logger& logger,
                   telemetry::Metrics& metrics)
    : state_(std::make_unique<State>(settings, logger, metrics)) {}

Database::~Database() = default;

const Url& Database::url() const { return state_->url; }

const Dialect& Database::dialect() const { return state_->dialect; }

void Database::disconnect() noexcept {
  if (state_->url.in_memory()) return;
  state_->pool->disconnect();
  if (state_->readers) state_->readers->disconnect();
}

std::optional<Refusal> Database::State::attempt(Access access, const TransactionOptions& options,
                                                const std::function<void(Session&)>& work) {
  auto lease = access == Access::read && readers ? readers->acquire() : pool->acquire();
  auto& session = lease.session();
  bool committing = false;
  bool working = false;
  try {
    if (access == Access::write) dialect.begin(session, options.idle_limit);
    working = true;
    work(session);
    working = false;
    if (access == Access::write) {
      if (session.severed()) throw cut_off();
      committing = true;
      dialect.commit(session);
    } else if (dialect.in_transaction(session)) {
      logger.warning("a transaction was left open after reading and is rolled back",
                     {{"database", url.redacted()}});
    }
    return std::nullopt;
  } catch (const std::exception& error) {
    auto refused = dialect.translate(session, error);
    if (!refused) throw;
    if (!working) refused.emplace(with_code_of_failure(*refused));
    const bool severed = session.severed();
    if (severed) refused.emplace(cut_off());
    if (refused->failure() == Failure::disconnected) lease.lost();
    return Refusal{std::move(*refused), committing, severed};
  }
}

void Database::run(Access access, const TransactionOptions& options,
                   const std::function<void(Session&)>& work) {
  Backoff backoff;
  unsigned retries = 0;
  bool reconnected = false;
  for (;;) {
    const auto refusal = state_->attempt(access, options, work);
    if (!refusal) return;
    const auto& error = refusal->error;
    if (error.failure() == Failure::disconnected) {
      if (refusal->committing) {
        throw Error(
            ErrorCode::unreachable,
            fmt::format("{}; it was committing: whether the transaction was committed is not known",
                        error.what()));
      }
      if (reconnected || refusal->severed) throw StatementError(error);
      reconnected = true;
      continue;
    }
    if (error.failure() != Failure::retryable) throw StatementError(error);
    if (retries == state_->settings.max_retries) {
      throw Error(ErrorCode::locked,
                  fmt::format("gave up after {} attempts: {}", retries + 1, error.what()));
    }
    ++retries;
    backoff.pause();
  }
}

}  // namespace notes::db
