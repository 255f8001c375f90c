#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace notes::config {

/// Takes the password out of a database's URL: where one stands in it is not this library's to
/// know.
using RedactUrl = std::function<std::string(std::string_view)>;

struct ShownSetting {
  std::string key;
  std::string value;
  std::string origin;

  friend bool operator==(const ShownSetting&, const ShownSetting&) = default;
};

/// Every setting with its value and where that came from; "***" stands for a secret. Throws what
/// `redact_url` throws.
std::vector<ShownSetting> shown(const Loaded& loaded, const RedactUrl& redact_url);

/// A YAML file with every setting in a comment of its own: what it means, its other names, its
/// default. config/default.yaml starts out as this.
std::string example_yaml();

}  // namespace notes::config
