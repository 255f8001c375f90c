#pragma once

#include <vector>

#include "http/operation.hpp"

/// What the server itself adds to the contract of every operation, whatever its handler does.
namespace notes::http {

/// The fields that any answer has or may have.
const std::vector<Field>& server_fields();

}  // namespace notes::http
