#pragma once

#include "e2e/http_client.hpp"
#include "e2e/server_process.hpp"

namespace notes::tests {

/// A connection to the operators' listener of a server that has one (NOTES_ADMIN_ENABLED).
HttpClient connect_operators(ServerProcess& server);

/// What a gauge without labels says now. Throws std::runtime_error when there is none of that name.
long gauge(HttpClient& operators, const std::string& name);

/// Asks until the gauge says this, or the patience is over; what it said last.
long settled_gauge(HttpClient& operators, const std::string& name, long wanted);

}  // namespace notes::tests
