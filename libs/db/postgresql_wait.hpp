#pragma once

#include <chrono>
#include <memory>

#include <libpq-fe.h>

namespace notes::db {

using PostgresqlResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// Runs statements by the simple protocol and returns the last result, as PQexec does, but waits
/// for no longer than `longest`: null when the server has not answered by then, or the connection
/// was lost. The connection is of no more use after a null.
PostgresqlResult execute_within(PGconn* connection, const char* statements,
                                std::chrono::milliseconds longest);

/// Waits until a notification has come, at most that long, and takes all that are there. False when
/// none came; PQstatus tells whether the connection was lost.
bool wait_for_notification(PGconn* connection, std::chrono::milliseconds longest);

}  // namespace notes::db
