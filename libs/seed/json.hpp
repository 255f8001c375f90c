#pragma once

#include <string>

#include "config/document.hpp"

namespace notes::seed {

/// The YAML value as JSON text (RFC 8259): what stands without quotes and reads as a JSON number,
/// true or false is one; every other scalar is a string.
std::string to_json(const config::Node& node);

}  // namespace notes::seed
