#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "config/settings.hpp"

namespace notes::notify {

/// One HTTP request that only its success matters of.
struct Delivery {
  config::Secret url;
  std::optional<std::string> json = {};  ///< posted; none: the URL is fetched with GET
};

struct DeliveryLimits {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds timeout = std::chrono::seconds(10);  ///< of everything
};

/// What came of it.
struct Reply {
  long status = 0;                      ///< HTTP's; 0: there was none
  std::string error;                    ///< why there was none; never with the URL or a part of it
  std::chrono::seconds retry_after{0};  ///< RFC 9110 §10.2.3; 0: not said

  bool delivered() const { return status >= 200 && status < 300; }
  /// Whether the same might succeed later.
  bool worth_another_try() const;
};

/// Sends the request over http or https, following no redirect; a stop request breaks it off.
/// Thread-safe.
Reply exchange(const Delivery& delivery, const DeliveryLimits& limits, std::stop_token stop);

}  // namespace notes::notify
