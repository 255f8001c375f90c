#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <variant>

#include "http/mailbox.hpp"
#include "http/route.hpp"

namespace notes::http {

/// One request on its way to a worker, or the next piece of what answers it.
class Task {
 public:
  Task(Request task_request, const Route& task_route, Mailbox& mailbox, std::uint64_t connection,
       std::uint64_t sequence, std::shared_ptr<const BodySource> body_source = nullptr);

  /// Read by the worker and by the I/O thread, written by neither.
  const Request request;
  const Route& route;
  /// Whom to ask for the next piece, shared with the connection; null: the handler is to be run.
  const std::shared_ptr<const BodySource> source;

  /// Who takes turns with whom: the credentials that the request shows, else its address, as a
  /// digest. They are not verified: it says nothing of what somebody may do.
  std::uint64_t client() const { return client_; }

  /// By the worker that is about to run it; false when the I/O thread has given it up.
  bool start();
  /// By the I/O thread when the request's deadline has passed; false when a worker is running it.
  bool give_up();
  bool is_running() const { return phase_ == Phase::running; }
  /// Sends what the worker made back to the connection.
  void complete(std::variant<Response, Piece> result) const;

  /// By the worker that runs it: it is to wait again, for another one to run `alone`.
  void put_back(Alone alone);
  /// What was put back; empty for a task that was not.
  const Alone& alone() const { return alone_; }

 private:
  enum class Phase { queued, running, given_up };

  Mailbox& mailbox_;
  std::uint64_t connection_;
  std::uint64_t sequence_;
  std::uint64_t client_;
  Alone alone_;
  std::atomic<Phase> phase_ = Phase::queued;
};

}  // namespace notes::http
