#include "db/database.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/deadline.hpp"
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

telemetry::Histogram operation_duration(telemetry::Metrics& metrics, Engine engine,
                                        std::string operation) {
  return metrics.histogram(
      "db_client_operation_duration_seconds",
      "From asking for a session to the last answer, with what was tried again.",
      telemetry::duration_buckets(),
      {{"db_operation_name", std::move(operation)},
       {"db_system_name", std::string(to_string(engine))}});
}

/// Observes how long it lived.
class Stopwatch {
 public:
  explicit Stopwatch(telemetry::Histogram& durations) : durations_(durations) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    const auto lived = std::chrono::steady_clock::now() - began_;
    durations_.observe(std::chrono::duration<double>(lived).count());
  }

 private:
  telemetry::Histogram& durations_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// How an attempt ended that may be made again.
struct Refusal {
  StatementError error;
  bool committing;
  bool severed;
};

StatementError out_of_time() {
  const std::string why = "the time that the request had for the database is over";
  return {
      ErrorCode::deadline_exceeded, why, Failure::cancelled, {.state = "57014", .message = why}};
}

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
        logger(log),
        read_duration(operation_duration(metrics, url.engine(), "read")),
        transaction_duration(operation_duration(metrics, url.engine(), "transaction")) {
    const auto connect = [this] { return dialect.connect(url, settings); };
    if (url.engine() == Engine::postgresql) {
      auto options = pool_options(settings, "main");
      options.sever_at_deadline = true;
      pool = std::make_unique<Pool>(std::move(options), connect, logger, metrics);
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
  telemetry::Histogram read_duration;
  telemetry::Histogram transaction_duration;
};

Database::Database(const config::DatabaseSettings& settings, telemetry::Logger& logger,
                   telemetry::Metrics& metrics)
    : state_(std::make_unique<State>(settings, logger, metrics)) {}

Database::~Database() = default;

const Url& Database::url() const { return state_->url; }

const Dialect& Database::dialect() const { return state_->dialect; }

bool Database::saturated() const {
  return (state_->readers ? state_->readers : state_->pool)->saturated();
}

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
      if (overdue()) throw out_of_time();
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
    const bool stopped = severed || refused->failure() == Failure::retryable ||
                         refused->failure() == Failure::cancelled;
    if (stopped && overdue() && !committing) {
      refused.emplace(out_of_time());
    }
    if (refused->failure() == Failure::disconnected) lease.lost();
    // What the transaction prepared can only be given back when it has ended.
    if (refused->failure() == Failure::outdated && dialect.reset(session)) session.forget_kept();
    return Refusal{std::move(*refused), committing, severed};
  }
}

void Database::run(Access access, const TransactionOptions& options,
                   const std::function<void(Session&)>& work) {
  const Stopwatch stopwatch(access == Access::read ? state_->read_duration
                                                   : state_->transaction_duration);
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
    const bool outdated = error.failure() == Failure::outdated;
    if (error.failure() != Failure::retryable && !outdated) throw StatementError(error);
    if (retries == state_->settings.max_retries) {
      if (outdated) throw StatementError(error);
      throw Error(ErrorCode::locked,
                  fmt::format("gave up after {} attempts: {}", retries + 1, error.what()));
    }
    ++retries;
    if (!outdated) backoff.pause();
  }
}

}  // namespace notes::db
