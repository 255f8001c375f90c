#pragma once

#include <chrono>
#include <string>

#include "db/url.hpp"

namespace notes::db {

/// The URI that libpq connects to, with what we want of every connection where the URL does not say
/// it itself.
std::string postgresql_uri(const Url& url, std::chrono::milliseconds connect_timeout);

}  // namespace notes::db
