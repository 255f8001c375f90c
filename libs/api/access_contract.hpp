#pragma once

#include <vector>

#include "api/gate.hpp"
#include "http/openapi.hpp"

/// What the gate in front of an operation means for its contract.
namespace notes::api {

std::vector<http::CredentialScheme> credential_schemes();

/// Adds to an operation which credentials it takes, and what is answered without them.
void guard(http::Operation& operation, Access access);

}  // namespace notes::api
