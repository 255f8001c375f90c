#include "db/postgresql_wait.hpp"

#include <algorithm>
#include <utility>

#include <errno.h>
#include <poll.h>

namespace notes::db {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

Deadline after(std::chrono::milliseconds longest) {
  return std::chrono::steady_clock::now() + longest;
}

/// Takes what has come, or waits for it first. False at the deadline and when the connection is
/// lost.
bool receive(PGconn* connection, Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd socket{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
    const auto longest = std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 60'000);
    const int ready = ::poll(&socket, 1, static_cast<int>(longest));
    if (ready > 0) return PQconsumeInput(connection) == 1;
    if (ready < 0 && errno != EINTR) return false;
    if (std::chrono::steady_clock::now() >= deadline) return false;
  }
}

bool take_notifications(PGconn* connection) {
  bool taken = false;
  while (auto* notification = PQnotifies(connection)) {
    PQfreemem(notification);
    taken = true;
  }
  return taken;
}

}  // namespace

PostgresqlResult execute_within(PGconn* connection, const char* statements,
                                std::chrono::milliseconds longest) {
  PostgresqlResult last(nullptr, &PQclear);
  if (PQsendQuery(connection, statements) != 1) return last;
  const auto deadline = after(longest);
  for (;;) {
    while (PQisBusy(connection) != 0) {
      if (!receive(connection, deadline)) return {nullptr, &PQclear};
    }
    PostgresqlResult next(PQgetResult(connection), &PQclear);
    if (!next) return last;
    last = std::move(next);
  }
}

bool wait_for_notification(PGconn* connection, std::chrono::milliseconds longest) {
  const auto deadline = after(longest);
  // What came together with the last statement's answer has been read already.
  while (!take_notifications(connection)) {
    if (!receive(connection, deadline)) return false;
  }
  return true;
}

}  // namespace notes::db
