#include "http/answers.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "http/problem.hpp"

namespace notes::http {
namespace {

/// In the access log only, as other servers do: the client went away before its answer.
constexpr int kClientClosed = 499;
/// A body that is made while it is sent goes on when the client has left so little of it.
constexpr std::size_t kLowOutput = std::size_t{64} * 1024;

constexpr Rejection kQueuedTooLong{503, "The request waited longer than it may; try again."};
constexpr Rejection kWorkedTooLong{504, "The request was not finished in its time."};

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

BodyEnd end_of(const Exchange& exchange, const Response& response) {
  if (!response.rest) return BodyEnd::length;
  return exchange.is_http_1_0 ? BodyEnd::close : BodyEnd::chunked;
}

bool goes_on(const Response& response, const Request& request) {
  return response.rest && request.method != Method::head && response.status != 204 &&
         response.status != 304;
}

}  // namespace

Answers::Answers(std::uint64_t connection, Surroundings& surroundings)
    : surroundings_(surroundings), connection_(connection) {}

bool Answers::is_full() const {
  const auto& settings = surroundings_.settings;
  return exchanges_.size() >= settings.max_pipelined ||
         output_.unsent() + exchanges_.held() >= settings.max_output_bytes;
}

void Answers::put(const Response& response, const Request& request, Persistence persistence) {
  auto& out = exchanges_.empty() ? output_.tail() : exchanges_.push({}).answer;
  write(response, framing(request, response, persistence), out);
}

void Answers::put_continue() {
  // Sent although the body may be there already (RFC 9110 §10.1.1 lets us choose): the answers to
  // the same bytes are the same, whatever pieces they came in.
  auto& out = exchanges_.empty() ? output_.tail() : exchanges_.push({}).answer;
  out.append(kContinue);
}

void Answers::hand_on(Request request, const Route& route, Exchange exchange) {
  const auto now = exchange.began;
  auto task = std::make_shared<Task>(std::move(request), route, surroundings_.mailbox, connection_,
                                     exchanges_.next_sequence());
  exchange.task = task;
  auto& pushed = exchanges_.push(std::move(exchange));
  if (surroundings_.lanes.submit(task)) return;
  finish(pushed, surroundings_.lanes.refusal(task->request), now);
}

void Answers::on_completion(Completion completion, TimePoint now) {
  Exchange* exchange = exchanges_.waiting(completion.sequence);
  if (exchange == nullptr) return;  // it was given up, and answered
  if (const auto* piece = std::get_if<Piece>(&completion.result)) {
    return on_piece(*exchange, *piece, now);
  }
  auto& response = std::get<Response>(completion.result);
  if (goes_on(response, exchange->task->request)) {
    begin_stream(*exchange, std::move(response));
  } else {
    finish(*exchange, response, now);
  }
}

void Answers::give_up_late(TimePoint now) {
  for (auto& exchange : exchanges_) {
    if (!exchange.is_with_workers() || exchange.task->request.deadline > now) continue;
    const bool queued = exchange.task->give_up();
    if (queued) surroundings_.observations.shed();
    const auto& why = queued ? kQueuedTooLong : kWorkedTooLong;
    if (exchange.stream) return break_off(exchange, why.status);
    finish(exchange, surroundings_.pipeline.refuse(why, exchange.task->request), now);
  }
}

SendBuffer::Sent Answers::send_to(int socket, TimePoint now) {
  exchanges_.release(output_.tail());
  const auto sent = output_.is_blocked() ? SendBuffer::Sent::blocked : output_.send_to(socket);
  if (sent != SendBuffer::Sent::broken) ask_for_more(now);
  return sent;
}

bool Answers::forget_all(TimePoint now) {
  bool in_its_middle = false;
  for (const auto& exchange : exchanges_) {
    if (!exchange.task) continue;
    forget(exchange, now);
    in_its_middle = in_its_middle || exchange.stream.has_value();
  }
  return in_its_middle;
}

void Answers::close_behind() {
  if (!exchanges_.empty()) exchanges_.back().persistence = Persistence::close;
}

void Answers::finish(Exchange& exchange, const Response& response, TimePoint now) {
  const Request& request = exchange.task->request;
  auto framed = framing(request, response, exchange.persistence);
  framed.end = end_of(exchange, response);
  write(response, framed, exchanges_.place_for(exchange, output_.tail()));
  surroundings_.observations.answered({.request = request,
                                       .route = &exchange.task->route,
                                       .status = response.status,
                                       .body_bytes = response.body.size(),
                                       .duration = now - exchange.began});
  exchange.task.reset();
}

void Answers::begin_stream(Exchange& exchange, Response response) {
  const auto end = end_of(exchange, response);
  if (end == BodyEnd::close) {
    exchange.persistence = Persistence::close;
    ends_connection_ = true;
  }
  auto framed = framing(exchange.task->request, response, exchange.persistence);
  framed.end = end;
  write(response, framed, exchanges_.place_for(exchange, output_.tail()));
  exchange.stream =
      BodyStream{.source = std::make_shared<const BodySource>(std::move(response.rest)),
                 .end = end,
                 .status = response.status,
                 .bytes = response.body.size()};
}

void Answers::ask_for_more(TimePoint now) {
  if (exchanges_.empty() || output_.unsent() > kLowOutput) return;
  Exchange& front = exchanges_.front();
  if (!front.stream || front.stream->is_asked) return;
  auto request = front.task->request;
  request.deadline = now + surroundings_.settings.request_timeout;
  front.task =
      std::make_shared<Task>(std::move(request), front.task->route, surroundings_.mailbox,
                             connection_, exchanges_.first_sequence(), front.stream->source);
  front.stream->is_asked = true;
  // The queue takes what goes on; a piece that waits too long in it is given up like a request.
  static_cast<void>(surroundings_.lanes.submit(front.task));
}

void Answers::on_piece(Exchange& exchange, const Piece& piece, TimePoint now) {
  if (piece.failed) return break_off(exchange, *piece.failed);
  BodyStream& stream = *exchange.stream;
  // Only the answer whose turn it is is asked for more.
  write_piece(piece.bytes, stream.end, output_.tail());
  stream.is_asked = false;
  if (piece.bytes) {
    stream.bytes += piece.bytes->size();
    return;
  }
  surroundings_.observations.answered({.request = exchange.task->request,
                                       .route = &exchange.task->route,
                                       .status = stream.status,
                                       .body_bytes = stream.bytes,
                                       .duration = now - exchange.began});
  exchange.stream.reset();
  exchange.task.reset();
}

void Answers::break_off(Exchange& exchange, int status) {
  exchange.stream->failed = status;
  broken_off_ = true;
}

void Answers::forget(const Exchange& exchange, TimePoint now) {
  static_cast<void>(exchange.task->give_up());  // one that runs already finishes for nobody
  Answered answered{.request = exchange.task->request,
                    .route = &exchange.task->route,
                    .status = kClientClosed,
                    .duration = now - exchange.began};
  if (const auto& stream = exchange.stream) {
    answered.status = stream->failed.value_or(kClientClosed);
    answered.body_bytes = stream->bytes - std::min(stream->bytes, output_.unsent());
  }
  surroundings_.observations.answered(answered);
}

Framing Answers::framing(const Request& request, const Response& response,
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
