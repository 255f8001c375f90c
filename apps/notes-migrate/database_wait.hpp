#pragma once

#include <chrono>
#include <stop_token>

#include "config/settings.hpp"
#include "db/url.hpp"

namespace notes::migrate {

/// Returns, with the time it took, once the database answers: PostgreSQL lets this user in, and the
/// directory of a SQLite file is there (the file itself is made by `upgrade`). Throws
/// Error{unreachable} with what the last attempt met when `patience` is over, Error{interrupted}.
std::chrono::milliseconds wait_for_database(const db::Url& url,
                                            const config::DatabaseSettings& settings,
                                            std::chrono::milliseconds patience,
                                            std::stop_token stop);

}  // namespace notes::migrate
