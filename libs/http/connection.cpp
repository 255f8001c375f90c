#include "http/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace notes::http {
namespace {

using namespace std::chrono_literals;

/// How long a client may take to shut its side after our last answer.
constexpr auto kLinger = 2s;
/// For the first request of a connection that was opened before the server drains.
constexpr auto kFirstRequest = 250ms;

constexpr Rejection kSlowHead{408, "The request's head did not arrive in time."};
constexpr Rejection kSlowBody{408, "The request's body did not arrive in time."};

RequestLimits limits_of(const config::ServerSettings& settings) {
  return {.request_line = settings.max_request_line,
          .header_bytes = settings.max_header_bytes,
          .headers = settings.max_headers,
          .body = settings.max_body_bytes};
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
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      parser_(limits_of(surroundings.settings)),
      // Who connects has something to say: the first request may not keep us waiting like the next
      // one.
      read_deadline_(now + surroundings.settings.header_timeout),
      write_deadline_(TimePoint::max()),
      linger_deadline_(TimePoint::max()),
      answers_(id, surroundings) {
  surroundings_.observations.opened_connection();
}

Connection::~Connection() {
  if (answers_.forget_all(std::chrono::steady_clock::now())) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    static_cast<void>(  // when it fails, the client is gone
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  }
  surroundings_.observations.closed_connection();
}

bool Connection::is_reading() const {
  return phase_ == Phase::open && !answers_.is_full() && !answers_.is_last();
}

bool Connection::is_clock_stopped() const {
  return !is_reading() || (awaiting_ == Awaiting::request && !answers_.empty());
}

bool Connection::wants_read() const {
  if (phase_ == Phase::open) return is_reading();
  return phase_ != Phase::closed && !end_of_input_;
}

Connection::TimePoint Connection::next_deadline() const {
  if (phase_ == Phase::lingering) return linger_deadline_;
  auto next = answers_.unsent() > 0 ? write_deadline_ : TimePoint::max();
  next = std::min(next, answers_.deadline());
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
  answers_.writable();
  advance(now);
}

void Connection::on_completion(Completion completion, TimePoint now) {
  answers_.on_completion(std::move(completion), now);
  if (answers_.is_broken_off()) return abort();
  if (answers_.ends_connection()) phase_ = Phase::closing;
}

void Connection::advance(TimePoint now) {
  for (;;) {
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
  if (phase_ == Phase::lingering || (answers_.unsent() > 0 && now >= write_deadline_))
    return abort();
  answers_.give_up_late(now);
  if (answers_.is_broken_off()) return abort();
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
  answers_.close_behind();
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
  if (!plan.answer) return answers_.put_continue();
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
    if (close) phase_ = Phase::closing;
    answers_.hand_on(std::move(request), *plan.route,
                     {.task = nullptr,
                      .began = now,
                      .persistence = persistence,
                      .is_http_1_0 = parser_.is_http_1_0(),
                      .answer = {}});
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
  answers_.put(response, request, persistence);
}

bool Connection::send_output(TimePoint now) {
  const bool was_blocked = answers_.is_blocked();
  const auto sent = answers_.send_to(socket_.get(), now);
  if (sent == SendBuffer::Sent::blocked && !was_blocked) {
    write_deadline_ = now + surroundings_.settings.write_timeout;
  }
  return sent != SendBuffer::Sent::broken;
}

void Connection::settle(TimePoint now) {
  if (phase_ == Phase::closing && answers_.empty()) {
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

}  // namespace notes::http
