#include "http/server.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <pistache/reactor.h>
#include <sys/resource.h>

#include "base/error.hpp"
#include "http/transport.hpp"

namespace notes::http {
namespace {

using std::chrono::steady_clock;

/// Descriptors that are left for everything else: databases, logs, files.
constexpr std::size_t kReservedDescriptors = 128;

/// What is left of handlers' time once that which they wait for has been cancelled.
constexpr std::chrono::seconds kLastAnswers{1};

/// The connections that fit under the process's limit of descriptors.
std::size_t connection_limit(std::size_t wanted, telemetry::Logger& logger) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto descriptors = static_cast<std::size_t>(limit.rlim_cur);
  const std::size_t room = descriptors > 2 * kReservedDescriptors
                               ? descriptors - kReservedDescriptors
                               : std::max<std::size_t>(descriptors / 2, 1);
  if (room >= wanted) return wanted;
  logger.warning(
      "fewer connections than server.max_connections: raise the limit of open files (ulimit -n)",
      {{"max_connections", std::uint64_t{wanted}},
       {"open_files", std::uint64_t{descriptors}},
       {"connections", std::uint64_t{room}}});
  return room;
}

/// Hands the reactor, which clones one handler per I/O thread, the transports that were made for
/// it.
class TransportSource final : public Pistache::Aio::Handler {
 public:
  explicit TransportSource(const std::vector<std::shared_ptr<Transport>>& transports)
      : transports_(transports) {}

  void onReady(const Pistache::Aio::FdSet&) override {}
  void registerPoller(Pistache::Polling::Epoll&) override {}
  std::shared_ptr<Pistache::Aio::Handler> clone() const override { return transports_.at(next_++); }

 private:
  const std::vector<std::shared_ptr<Transport>>& transports_;
  mutable std::size_t next_ = 0;
};

}  // namespace

class Server::Engine {
 public:
  Engine(const config::ServerSettings& settings, Router router, telemetry::Logger& logger,
         telemetry::Metrics& metrics, Activity& activity);
  ~Engine();

  std::uint16_t port() const { return port_; }
  void retire() { shared_.retiring = true; }
  Drained drain(steady_clock::time_point deadline, const std::function<void()>& cancel);

 private:
  bool wait_for_transports(steady_clock::time_point deadline);

  void stop();
  /// Ends the I/O threads; connections that are left get no answer.
  void stop_io();

  const config::ServerSettings settings_;
  Activity& activity_;
  Pipeline pipeline_;
  std::unique_ptr<Workers> workers_;
  Shared shared_;
  std::uint16_t port_ = 0;
  std::vector<std::shared_ptr<Transport>> transports_;  // shared with the reactor
  std::shared_ptr<Pistache::Aio::Reactor> reactor_;     // shared with nobody: Pistache wants it so

  std::mutex mutex_;
  // guards: transports_left_
  std::condition_variable gone_;
  std::size_t transports_left_ = 0;
};

Server::Engine::Engine(const config::ServerSettings& settings, Router router,
                       telemetry::Logger& logger, telemetry::Metrics& metrics, Activity& activity)
    : settings_(settings),
      activity_(activity),
      pipeline_(std::move(router), settings_, logger, metrics),
      workers_(std::make_unique<Workers>(settings_.workers, settings_.queue_limit,
                                         [this](const Task& task) {
                                           if (task.source)
                                             return task.complete(
                                                 pipeline_.next_piece(*task.source, task.request));
                                           task.complete(pipeline_.run(task.route, task.request));
                                         })),
      shared_{.settings = settings_,
              .pipeline = pipeline_,
              .workers = *workers_,
              .logger = logger,
              .metrics = metrics,
              .activity = activity,
              .max_connections = connection_limit(settings_.max_connections, logger),
              .on_connections_gone =
                  [this] {
                    const std::lock_guard lock(mutex_);
                    --transports_left_;
                    gone_.notify_all();
                  }},
      reactor_(Pistache::Aio::Reactor::create()),
      transports_left_(std::max(1U, settings_.io_threads)) {
  const Descriptor listening = listen_on(settings_.host, settings_.port, settings_.backlog);
  port_ = port_of(listening);
  for (std::size_t i = 0; i < transports_left_; ++i) {
    transports_.push_back(std::make_shared<Transport>(shared_, listening.duplicate()));
  }
  reactor_->init(Pistache::Aio::AsyncContext(transports_.size(), "http"));
  reactor_->addHandler(std::make_shared<TransportSource>(transports_));
  activity_.follow(workers_.get());
  reactor_->run();
}

/// In this order: no I/O thread hands on work, no worker posts an answer, no connection is left.
void Server::Engine::stop() {
  stop_io();
  activity_.follow(nullptr);
  workers_.reset();
  transports_.clear();
}

Server::Engine::~Engine() { stop(); }

bool Server::Engine::wait_for_transports(steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return gone_.wait_until(lock, deadline, [this] { return transports_left_ == 0; });
}

Server::Drained Server::Engine::drain(steady_clock::time_point deadline,
                                      const std::function<void()>& cancel) {
  retire();
  shared_.draining = true;
  for (const auto& transport : transports_) transport->mailbox().wake();
  const bool complete = wait_for_transports(deadline);
  if (!complete && cancel) {
    cancel();
    wait_for_transports(steady_clock::now() + kLastAnswers);
  }
  stop_io();
  // A handler that does not return is left to the destructor, which has to wait for it.
  if (!workers_->finish(std::max(deadline, steady_clock::now()))) return Drained::cut_off;
  stop();
  return complete ? Drained::complete : Drained::cancelled;
}

void Server::Engine::stop_io() {
  if (!reactor_) return;
  activity_.forget_threads();
  reactor_->shutdown();
  reactor_.reset();
}

Server::Server(const config::ServerSettings& settings, Router router, telemetry::Logger& logger,
               telemetry::Metrics& metrics)
    : own_activity_(std::make_unique<Activity>()),
      engine_(
          std::make_unique<Engine>(settings, std::move(router), logger, metrics, *own_activity_)) {}

Server::Server(const config::ServerSettings& settings, Router router, telemetry::Logger& logger,
               telemetry::Metrics& metrics, Activity& activity)
    : engine_(std::make_unique<Engine>(settings, std::move(router), logger, metrics, activity)) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return engine_->port(); }

void Server::retire() { engine_->retire(); }

Server::Drained Server::drain(std::chrono::steady_clock::time_point deadline,
                              const std::function<void()>& cancel) {
  return engine_->drain(deadline, cancel);
}

}  // namespace notes::http
