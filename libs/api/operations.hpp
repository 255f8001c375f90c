#pragma once

#include <string_view>
#include <vector>

#include "http/openapi.hpp"
#include "http/operation.hpp"

/// The contract of the routes: an http::Operation for each operation that a row of api/routes.cpp
/// names. What a subject's JSON looks like stands beside the code that reads and writes it.
namespace notes::api {

/// Everything that the OpenAPI document says beside the rows. `version` is this build's.
http::ApiDescription api_description(std::string_view version);

std::vector<http::Operation> note_operations();
/// What a note was, and what became of all of them.
std::vector<http::Operation> note_history_operations();
std::vector<http::Operation> search_operations();
std::vector<http::Operation> account_operations();
std::vector<http::Operation> probe_operations();
std::vector<http::Operation> contract_operations();

}  // namespace notes::api
