#include "db/session.hpp"

#include <utility>

#include <soci/soci.h>

namespace notes::db {

Session::Session(std::unique_ptr<soci::session> connection, const Dialect& dialect)
    : connection_(std::move(connection)), dialect_(dialect) {}

Session::~Session() = default;

void Session::sever() noexcept {
  severed_ = true;
  dialect_.sever(*this);
}

std::unique_ptr<Session> open_session(const Url& url, const config::DatabaseSettings& settings) {
  return Dialect::of(url.engine()).connect(url, settings);
}

}  // namespace notes::db
