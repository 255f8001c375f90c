#include "http/transport.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string>
#include <utility>

#include <sys/timerfd.h>
#include <unistd.h>

#include "base/error.hpp"

namespace notes::http {
namespace {

using namespace std::chrono_literals;
using Pistache::Flags;
using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

constexpr std::size_t kReadBuffer = std::size_t{64} * 1024;
/// Tags below are file descriptors, tags from here on are connections: a number that is never used
/// again.
constexpr std::uint64_t kFirstId = std::uint64_t{1} << 32;
/// How long to leave clients in the backlog when there is no descriptor or no place for them.
constexpr auto kAcceptPause = 100ms;

Tag tag_of(const Descriptor& descriptor) {
  return Tag(static_cast<std::uint64_t>(descriptor.get()));
}

Flags<NotifyOn> interest(bool read, bool write) {
  Flags<NotifyOn> flags(NotifyOn::None);
  if (read) flags.setFlag(NotifyOn::Read);
  if (write) flags.setFlag(NotifyOn::Write);
  return flags;
}

Descriptor make_timer() {
  Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!timer)
    throw Error(ErrorCode::internal, std::string("timerfd_create: ") + std::strerror(errno));
  return timer;
}

}  // namespace

Transport::Transport(Shared& shared, Descriptor listening)
    : shared_(shared),
      listening_(std::move(listening)),
      timer_(make_timer()),
      observations_(shared.logger, shared.metrics),
      read_buffer_(kReadBuffer),
      surroundings_{.settings = shared.settings,
                    .pipeline = shared.pipeline,
                    .lanes = shared.lanes,
                    .mailbox = mailbox_,
                    .observations = observations_,
                    .retiring = shared.retiring,
                    .read_buffer = read_buffer_,
                    .date = {},
                    .clock = {}},
      next_id_(kFirstId),
      pulse_(shared.activity.add_thread(std::chrono::steady_clock::now())),
      next_beat_(pulse_.load() + Activity::kBeat) {}

std::shared_ptr<Pistache::Aio::Handler> Transport::clone() const {
  throw Error(ErrorCode::internal, "a transport belongs to one I/O thread");
}

void Transport::registerPoller(Pistache::Polling::Epoll& poller) {
  poller_ = &poller;
  for (const int fd : {timer_.get(), mailbox_.descriptor()}) {
    poller.addFd(fd, interest(true, false), Tag(static_cast<std::uint64_t>(fd)));
  }
  resume_accepting();
  arm_timer();
}

void Transport::onReady(const Pistache::Aio::FdSet& events) {
  now_ = std::chrono::steady_clock::now();
  for (const auto& event : events) on_event(event);
  arm_timer();
}

void Transport::on_event(const Pistache::Aio::FdSet::Entry& event) {
  const auto tag = event.getTag();
  if (tag == tag_of(listening_)) return accept_waiting();
  if (tag == tag_of(timer_)) return expire();
  if (tag.value() == static_cast<std::uint64_t>(mailbox_.descriptor()))
    return deliver_completions();
  step(tag.value(), [&](Connection& connection) {
    if (event.isWritable()) connection.on_writable(now_);
    if (!connection.is_closed() && event.isReadable()) connection.on_readable(now_);
    // Hang-ups and errors are polled without being asked for.
    if (!event.isWritable() && !event.isReadable()) connection.abort();
  });
}

template <typename Step>
void Transport::step(std::uint64_t id, Step step) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;  // closed before what this event is about
  Connection& connection = *found->second.connection;
  try {
    step(connection);
  } catch (const std::exception& error) {
    shared_.logger.error("connection dropped", {{"error", std::string_view(error.what())}});
    connection.abort();
  }
  update(id, found->second);
}

void Transport::update(std::uint64_t id, Entry& entry) {
  Connection& connection = *entry.connection;
  if (connection.is_closed()) {
    entries_.erase(id);
    --shared_.connections;
    if (draining_ && entries_.empty()) shared_.on_connections_gone();
    if (accept_again_ != TimePoint::max()) resume_accepting();
    return;
  }
  const bool read = connection.wants_read();
  const bool write = connection.wants_write();
  if (read != entry.polls_read || write != entry.polls_write) {
    poller_->rearmFd(connection.descriptor(), interest(read, write), Tag(id));
    entry.polls_read = read;
    entry.polls_write = write;
  }
  if (const auto at = connection.next_deadline(); at < entry.scheduled) {
    deadlines_.push({at, id});
    entry.scheduled = at;
  }
}

void Transport::accept_waiting() {
  while (accepting_) {
    if (shared_.connections >= shared_.max_connections) return pause_accepting();
    Accepted accepted = accept_from(listening_);
    if (accepted.socket) {
      if (!add_connection(std::move(accepted))) return pause_accepting();
    } else if (accepted.error == EAGAIN) {
      return;
    } else if (accepted.error == EMFILE || accepted.error == ENFILE || accepted.error == ENOBUFS ||
               accepted.error == ENOMEM) {
      return pause_accepting();
    }
    // Anything else was that client's trouble (accept(2) hands on errors of the network); the next
    // one may be fine.
  }
}

bool Transport::add_connection(Accepted accepted) {
  const std::uint64_t id = next_id_++;
  const int fd = accepted.socket.get();
  try {
    Entry entry{.connection = std::make_unique<Connection>(
                    id, std::move(accepted.socket), std::move(accepted.peer), surroundings_, now_)};
    poller_->addFd(fd, interest(true, false), Tag(id));
    const auto added = entries_.emplace(id, std::move(entry)).first;
    ++shared_.connections;
    update(id, added->second);
    return true;
  } catch (const std::exception& error) {
    shared_.logger.error("connection refused", {{"error", std::string_view(error.what())}});
    return false;
  }
}

void Transport::pause_accepting() {
  poller_->removeFd(listening_.get());
  accepting_ = false;
  accept_again_ = now_ + kAcceptPause;
}

void Transport::resume_accepting() {
  accept_again_ = TimePoint::max();
  if (draining_) return;
  poller_->addFd(listening_.get(), interest(true, false), tag_of(listening_));
  accepting_ = true;
}

void Transport::deliver_completions() {
  auto completions = mailbox_.take();
  if (shared_.draining && !draining_) begin_drain();
  for (auto& completion : completions) {
    step(completion.connection,
         [&](Connection& connection) { connection.on_completion(std::move(completion), now_); });
  }
  // After all of them: one send carries every answer that a connection got.
  for (const auto& completion : completions) {
    step(completion.connection, [&](Connection& connection) { connection.advance(now_); });
  }
}

void Transport::begin_drain() {
  // Who has been let into the backlog was promised an answer.
  accept_waiting();
  draining_ = true;
  accept_again_ = TimePoint::max();
  if (accepting_) poller_->removeFd(listening_.get());
  accepting_ = false;
  listening_ = Descriptor();
  std::vector<std::uint64_t> ids;
  for (const auto& [id, entry] : entries_) ids.push_back(id);
  for (const auto id : ids) {
    step(id, [&](Connection& connection) { connection.drain(now_); });
  }
  if (entries_.empty()) shared_.on_connections_gone();
}

void Transport::expire() {
  std::uint64_t count = 0;
  // Only to make the timer unreadable: what is due is read off the clock.
  static_cast<void>(::read(timer_.get(), &count, sizeof count));
  armed_ = TimePoint::max();
  if (next_beat_ <= now_) beat();
  if (accept_again_ <= now_) {
    resume_accepting();
    accept_waiting();
  }
  while (!deadlines_.empty() && deadlines_.top().at <= now_) {
    const auto id = deadlines_.top().connection;
    deadlines_.pop();
    const auto found = entries_.find(id);
    if (found == entries_.end()) continue;
    found->second.scheduled = TimePoint::max();
    step(id, [&](Connection& connection) { connection.on_deadline(now_); });
  }
}

void Transport::beat() {
  observations_.lagged(now_ - next_beat_);
  pulse_ = now_;
  next_beat_ = now_ + Activity::kBeat;
}

void Transport::arm_timer() {
  auto next = std::min(accept_again_, next_beat_);
  if (!deadlines_.empty()) next = std::min(next, deadlines_.top().at);
  if (next >= armed_) return;
  armed_ = next;
  const auto since_epoch = std::max<std::chrono::nanoseconds>(next.time_since_epoch(), 1ns);
  itimerspec when{};
  when.it_value.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
  when.it_value.tv_nsec = (since_epoch % 1s).count();
  static_cast<void>(::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr));
}

}  // namespace notes::http
