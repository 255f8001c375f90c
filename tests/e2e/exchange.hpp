#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "e2e/http_client.hpp"

namespace notes::tests {

/// A request to be sent, and what its sender makes of the answer.
struct Exchange {
  std::string method;
  std::string target;
  HttpClient::Fields fields;
  std::string body;
  /// Throws Mismatch when it is not the answer to this request.
  std::function<void(const HttpResponse&)> check;

  /// The request, with these fields beside its own.
  std::string bytes(const HttpClient::Fields& more) const;
};

constexpr std::string_view kNotes = "/api/v1/notes";

std::string path_of(std::string_view note);

/// Throws Mismatch unless the status is this one.
void expect_status(const HttpResponse& answer, int status);

/// What is expected of a request that is refused: its status, and a text in its problem body.
std::function<void(const HttpResponse&)> refused(int status, std::string detail = {});

}  // namespace notes::tests
