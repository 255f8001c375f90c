#pragma once

#include <stop_token>
#include <thread>

#include "db/session.hpp"

namespace notes::migrate {

/// While it lives, a stop request cancels what runs on the session, again and again: a cancellation
/// that arrives between two statements is lost. The session must outlive it.
class Canceller {
 public:
  Canceller(db::Session& session, std::stop_token stop);

 private:
  std::jthread thread_;
};

}  // namespace notes::migrate
