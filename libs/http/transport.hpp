#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include <pistache/reactor.h>

#include "http/activity.hpp"
#include "http/connection.hpp"
#include "http/listening_socket.hpp"

namespace notes::http {

/// What the I/O threads share. All of it outlives them.
struct Shared {
  const config::ServerSettings& settings;
  const Pipeline& pipeline;
  Lanes& lanes;
  telemetry::Logger& logger;
  telemetry::Metrics& metrics;
  Activity& activity;
  std::size_t max_connections = 0;
  std::atomic<std::size_t> connections = 0;
  std::atomic<bool> retiring = false;  ///< answers say Connection: close
  std::atomic<bool> draining = false;
  std::function<void()> on_connections_gone;  ///< called while draining, on an I/O thread
};

/// One I/O thread's part of the server: a handler of Pistache's reactor that accepts connections,
/// reads and writes their sockets, and keeps their deadlines.
///
/// It stands on Aio::Reactor directly. Tcp::Listener and Tcp::Transport of Pistache 0.0.5 have an
/// accept loop that spins when descriptors run out, no way to stop accepting while connections are
/// served, a hand-over of new connections that can miss one (see Mailbox), and writes that are
/// addressed by file descriptor.
class Transport final : public Pistache::Aio::Handler {
 public:
  /// `listening` is this transport's own descriptor of the socket.
  Transport(Shared& shared, Descriptor listening);

  void onReady(const Pistache::Aio::FdSet& events) override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;

  Mailbox& mailbox() { return mailbox_; }

 private:
  using TimePoint = Connection::TimePoint;

  struct Entry {
    std::unique_ptr<Connection> connection;
    bool polls_read = true;
    bool polls_write = false;
    TimePoint scheduled = TimePoint::max();  ///< the earliest of its entries in deadlines_
  };

  struct Deadline {
    TimePoint at;
    std::uint64_t connection = 0;
    friend bool operator>(const Deadline& left, const Deadline& right) {
      return left.at > right.at;
    }
  };

  void on_event(const Pistache::Aio::FdSet::Entry& event);
  void accept_waiting();
  /// false when the machine has no room for it.
  bool add_connection(Accepted accepted);
  void pause_accepting();
  void resume_accepting();
  void deliver_completions();
  void begin_drain();
  void expire();
  /// Does something with a connection, if it still is; what it throws ends that connection and no
  /// other.
  template <typename Step>
  void step(std::uint64_t id, Step step);
  void update(std::uint64_t id, Entry& entry);
  void beat();
  void arm_timer();

  Shared& shared_;
  Descriptor listening_;
  Descriptor timer_;
  Mailbox mailbox_;
  Observations observations_;
  std::vector<char> read_buffer_;
  Surroundings surroundings_;
  Pistache::Polling::Epoll* poller_ = nullptr;  ///< the reactor's; lives as long as this handler

  std::unordered_map<std::uint64_t, Entry> entries_;
  std::uint64_t next_id_;
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
  TimePoint armed_ = TimePoint::max();
  TimePoint accept_again_ = TimePoint::max();
  Activity::Pulse& pulse_;
  TimePoint next_beat_;
  bool accepting_ = false;
  bool draining_ = false;
  TimePoint now_;
};

}  // namespace notes::http
