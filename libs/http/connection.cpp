#include "http/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "http/problem.hpp"

namespace notes::http {
namespace {

using namespace std::chrono_literals;

/// How long a client may take to shut its side after our last answer.
constexpr auto kLinger = 2s;
/// For the first request of a connection that was opened before the server drains.
constexpr auto kFirstRequest = 250ms;
/// In the access log only, as other servers do: the client went away before its answer.
constexpr int kClientClosed = 499;
/// Buffers that grew beyond this are given back when they are empty.
constexpr std::size_t kKeptCapacity = std::size_t{16} * 1024;

constexpr Rejection kSlowHead{408, "The request's head did not arrive in time."};
constexpr Rejection kSlowBody{408, "The request's body did not arrive in time."};
constexpr Rejection kQueuedTooLong{503, "The request waited longer than it may; try again."};
constexpr Rejection kWorkedTooLong{504, "The request was not finished in its time."};

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

RequestLimits limits_of(const config::ServerSettings& settings) {
  return {.request_line = settings.max_request_line,
          .header_bytes = settings.max_header_bytes,
          .headers = settings.max_headers,
          .body = settings.max_body_bytes};
}

void release(std::string& buffer) {
  if (buffer.capacity() > kKeptCapacity) {
    buffer = std::string();
  } else {
    buffer.clear();
  }
}

/// An empty line before the next request, which some clients send after a body, is no beginning
/// (RFC 9112 §2.2).
bool begins_request(std::string_view input) {
  return !input.empty() && input != "\r" && input != "\r\n";
}

}  // namespace

Connection::Connection(std::uint64_t id, Descriptor socket, std::string peer,
                       Surroundings& surroundings, TimePoint now)
    : surroundings_(surroundings),
      id_(id),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      parser_(limits_of(surroundings.settings)),
      // Who connects has something to say: the first request may not keep us waiting like the next
      // one.
      read_deadline_(now + surroundings.settings.header_timeout),
      write_deadline_(TimePoint::max()),
      linger_deadline_(TimePoint::max()) {
  surroundings_.observations.opened_connection();
}

Connection::~Connection() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& exchange : exchanges_) {
    if (!exchange.task) continue;
    static_cast<void>(exchange.task->give_up());  // one that runs already finishes for nobody
    surroundings_.observations.answered({.request = exchange.task->request,
                                         .route = &exchange.task->route,
                                         .status = kClientClosed,
                                         .duration = now - exchange.began});
  }
  surroundings_.observations.closed_connection();
}

bool Connection::is_full() const {
  return exchanges_.size() >= surroundings_.settings.max_pipelined ||
         unsent() + held_ >= surroundings_.settings.max_output_bytes;
}

bool Connection::is_reading() const { return phase_ == Phase::open && !is_full(); }

bool Connection::is_clock_stopped() const {
  return !is_reading() || (awaiting_ == Awaiting::request && (!exchanges_.empty() || unsent() > 0));
}

bool Connection::wants_read() const {
  if (phase_ == Phase::open) return is_reading();
  return phase_ != Phase::closed && !end_of_input_;
}

Connection::TimePoint Connection::next_deadline() const {
  if (phase_ == Phase::lingering) return linger_deadline_;
  auto next = unsent() > 0 ? write_deadline_ : TimePoint::max();
  const auto waiting =
      std::find_if(exchanges_.begin(), exchanges_.end(),
                   [](const Exchange& exchange) { return exchange.task != nullptr; });
  if (waiting != exchanges_.end()) next = std::min(next, waiting->task->request.deadline);
  if (!is_clock_stopped()) next = std::min(next, read_deadline_);
  return next;
}

void Connection::on_readable(TimePoint now) {
  if (phase_ != Phase::open) return discard_input();
  const auto buffer = surroundings_.read_buffer;
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) abort();
    return;
  }
  if (got == 0) {
    // The client has said its last; what it asked for is still answered.
    end_of_input_ = true;
    phase_ = Phase::closing;
    return settle(now);
  }
  std::string_view fresh(buffer.data(), static_cast<std::size_t>(got));
  if (input_.empty()) {
    parse(fresh, now);
    input_.assign(fresh);
  } else {
    input_.append(fresh);
    std::string_view all = input_;
    parse(all, now);
    input_.erase(0, input_.size() - all.size());
  }
  advance(now);
}

void Connection::on_writable(TimePoint now) {
  send_blocked_ = false;
  advance(now);
}

void Connection::on_completion(std::uint64_t sequence, const Response& response, TimePoint now) {
  // An answer that was given up is of a sequence that has been sent, or of an exchange without its
  // task.
  if (sequence < first_sequence_ || sequence - first_sequence_ >= exchanges_.size()) return;
  Exchange& exchange = exchanges_[sequence - first_sequence_];
  if (exchange.task) finish(exchange, response, now);
}

void Connection::advance(TimePoint now) {
  for (;;) {
    release_answers();
    if (!send_output(now)) return abort();
    if (!is_reading() || input_.empty()) break;
    std::string_view all = input_;
    parse(all, now);
    const bool progress = all.size() < input_.size() || phase_ != Phase::open;
    input_.erase(0, input_.size() - all.size());
    if (!progress) break;
  }
  settle(now);
}

void Connection::on_deadline(TimePoint now) {
  if (now < next_deadline()) return;
  if (phase_ == Phase::lingering || (unsent() > 0 && now >= write_deadline_)) return abort();
  give_up_late(now);
  if (!is_clock_stopped() && now >= read_deadline_) {
    if (awaiting_ == Awaiting::request) {
      phase_ = Phase::closing;
    } else {
      refuse(awaiting_ == Awaiting::head ? kSlowHead : kSlowBody);
    }
  }
  advance(now);
}

void Connection::drain(TimePoint now) {
  // A request that is being read is answered with `Connection: close` when it is complete: serve()
  // looks.
  if (wants_read()) on_readable(now);
  if (phase_ != Phase::open || awaiting_ != Awaiting::request || !input_.empty()) return;
  if (!has_served_) {
    read_deadline_ = std::min(read_deadline_, now + kFirstRequest);
    return;
  }
  if (!exchanges_.empty() && exchanges_.back().task)
    exchanges_.back().persistence = Persistence::close;
  phase_ = Phase::closing;
  settle(now);
}

void Connection::parse(std::string_view& input, TimePoint now) {
  while (is_reading() && !input.empty()) {
    if (awaiting_ == Awaiting::request && begins_request(input)) await(Awaiting::head, now);
    const auto before = parser_.state();
    const std::size_t used = parser_.consume(input);
    input.remove_prefix(used);
    if (parser_.state() == RequestParser::State::rejected) return refuse(parser_.rejection());
    if (before == RequestParser::State::head && parser_.state() == RequestParser::State::body)
      on_head(now);
    if (parser_.state() == RequestParser::State::complete) {
      serve(now);
    } else if (used == 0) {
      return;
    }
  }
}

void Connection::await(Awaiting what, TimePoint now) {
  const auto& settings = surroundings_.settings;
  awaiting_ = what;
  switch (what) {
    case Awaiting::request:
      read_deadline_ = now + settings.keep_alive_timeout;
      return;
    case Awaiting::head:
      read_deadline_ = now + settings.header_timeout;
      return;
    case Awaiting::body:
      read_deadline_ = now + settings.body_timeout;
      return;
  }
}

void Connection::on_head(TimePoint now) {
  await(Awaiting::body, now);
  if (!parser_.expects_continue()) return;
  Request& request = parser_.request();
  request.peer = peer_;
  surroundings_.pipeline.identify(request);
  const auto plan = surroundings_.pipeline.plan(request);
  if (!plan.answer) return put_continue();
  // Whether the body comes all the same cannot be known, so nothing can be read behind it.
  put(*plan.answer, request, Persistence::close);
  surroundings_.observations.began();
  surroundings_.observations.answered(
      {.request = request, .status = plan.answer->status, .body_bytes = plan.answer->body.size()});
}

void Connection::serve(TimePoint now) {
  Request& request = parser_.request();
  has_served_ = true;
  request.peer = peer_;
  request.arrived = now;
  request.deadline = now + surroundings_.settings.request_timeout;
  surroundings_.observations.began();
  surroundings_.pipeline.identify(request);
  const bool close =
      !parser_.keep_alive() || surroundings_.retiring.load(std::memory_order_relaxed);
  const auto persistence = close                   ? Persistence::close
                           : parser_.is_http_1_0() ? Persistence::keep_alive_said
                                                   : Persistence::keep_alive;
  auto plan = surroundings_.pipeline.plan(request);
  if (!plan.answer) plan.answer = surroundings_.pipeline.admit(*plan.route, request, now);
  if (!plan.answer && plan.route->runs == Runs::on_worker) {
    hand_on(*plan.route, now, persistence);
  } else {
    const auto response =
        plan.answer ? *plan.answer : surroundings_.pipeline.run(*plan.route, request);
    put(response, request, persistence);
    surroundings_.observations.answered({.request = request,
                                         .route = plan.route,
                                         .status = response.status,
                                         .body_bytes = response.body.size(),
                                         .duration = std::chrono::steady_clock::now() - now});
  }
  parser_.reset();
  await(Awaiting::request, now);
}

void Connection::hand_on(const Route& route, TimePoint now, Persistence persistence) {
  auto task = std::make_shared<Task>(std::move(parser_.request()), route, surroundings_.mailbox,
                                     id_, first_sequence_ + exchanges_.size());
  exchanges_.push_back({.task = task, .began = now, .persistence = persistence, .answer = {}});
  if (persistence == Persistence::close) phase_ = Phase::closing;
  if (surroundings_.lanes.submit(task)) return;
  finish(exchanges_.back(), surroundings_.lanes.refusal(task->request), now);
}

void Connection::refuse(const Rejection& rejection) {
  Request& request = parser_.request();
  request.peer = peer_;
  surroundings_.pipeline.identify(request);
  const auto response = surroundings_.pipeline.refuse(rejection, request);
  put(response, request, Persistence::close);
  surroundings_.observations.rejected(
      {.request = request, .status = response.status, .body_bytes = response.body.size()});
}

void Connection::put(const Response& response, const Request& request, Persistence persistence) {
  if (persistence == Persistence::close) phase_ = Phase::closing;
  if (exchanges_.empty()) return write(response, framing(request, response, persistence), output_);
  auto& exchange = exchanges_.emplace_back();
  write(response, framing(request, response, persistence), exchange.answer);
  held_ += exchange.answer.size();
}

void Connection::put_continue() {
  // Sent although the body may be there already (RFC 9110 §10.1.1 lets us choose): the answers to
  // the same bytes are the same, whatever pieces they came in.
  if (exchanges_.empty()) {
    output_.append(kContinue);
  } else {
    exchanges_.emplace_back().answer = kContinue;
    held_ += kContinue.size();
  }
}

void Connection::finish(Exchange& exchange, const Response& response, TimePoint now) {
  const Request& request = exchange.task->request;
  write(response, framing(request, response, exchange.persistence), exchange.answer);
  held_ += exchange.answer.size();
  surroundings_.observations.answered({.request = request,
                                       .route = &exchange.task->route,
                                       .status = response.status,
                                       .body_bytes = response.body.size(),
                                       .duration = now - exchange.began});
  exchange.task.reset();
}

void Connection::give_up_late(TimePoint now) {
  for (auto& exchange : exchanges_) {
    if (!exchange.task || exchange.task->request.deadline > now) continue;
    const bool queued = exchange.task->give_up();
    if (queued) surroundings_.observations.shed();
    finish(exchange,
           surroundings_.pipeline.refuse(queued ? kQueuedTooLong : kWorkedTooLong,
                                         exchange.task->request),
           now);
  }
}

void Connection::release_answers() {
  while (!exchanges_.empty() && !exchanges_.front().task) {
    held_ -= exchanges_.front().answer.size();
    output_.append(exchanges_.front().answer);
    exchanges_.pop_front();
    ++first_sequence_;
  }
}

bool Connection::send_output(TimePoint now) {
  if (send_blocked_) return true;
  while (unsent() > 0) {
    const ssize_t sent = ::send(socket_.get(), output_.data() + sent_, unsent(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
      send_blocked_ = true;
      write_deadline_ = now + surroundings_.settings.write_timeout;
      if (sent_ < unsent()) return true;
      output_.erase(0, sent_);
      sent_ = 0;
      return true;
    }
    sent_ += static_cast<std::size_t>(sent);
  }
  sent_ = 0;
  release(output_);
  return true;
}

void Connection::settle(TimePoint now) {
  if (phase_ == Phase::closing && exchanges_.empty() && unsent() == 0) {
    if (end_of_input_) return abort();
    static_cast<void>(::shutdown(
        socket_.get(), SHUT_WR));  // when it fails, the client is gone and polling will tell
    phase_ = Phase::lingering;
    linger_deadline_ = now + kLinger;
  }
  if (input_.empty()) release(input_);
  const bool stopped = is_clock_stopped();
  if (clock_stopped_ && !stopped) await(awaiting_, now);
  clock_stopped_ = stopped;
}

void Connection::discard_input() {
  const auto buffer = surroundings_.read_buffer;
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return;
  end_of_input_ = true;
  if (phase_ == Phase::lingering || got < 0) abort();
}

Framing Connection::framing(const Request& request, const Response& response,
                            Persistence persistence) {
  surroundings_.policy.clear();
  surroundings_.pipeline.policy().append_fields(request, response, surroundings_.policy);
  return {.head_only = request.method == Method::head,
          .persistence = persistence,
          .date = surroundings_.date.at(surroundings_.clock.now()),
          .request_id = request.request_id,
          .policy = surroundings_.policy};
}

}  // namespace notes::http
