#include "http/problem.hpp"

#include <doctest/doctest.h>

namespace notes::http {
namespace {

Request a_request() {
  Request request;
  request.path = "/notes/1";
  request.request_id = "r-1";
  return request;
}

}  // namespace

TEST_CASE("an error becomes a problem with all it may say") {
  const Error error(
      std::vector<Violation>{{"/title", "too_long", "title: at most 200 characters, got 201"}});
  auto problem = problem_of(error);
  problem.detail = "1 rule is broken";
  const auto response = respond(problem, a_request());
  CHECK(response.status == 422);
  CHECK(response.headers.find("Content-Type") == "application/problem+json");
  CHECK(
      response.body ==
      R"({"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"1 rule is broken",)"
      R"("instance":"/notes/1","request_id":"r-1","errors":[{"pointer":"/title","code":"too_long",)"
      R"("detail":"title: at most 200 characters, got 201"}]})");
}

TEST_CASE("the text of an internal error stays inside") {
  for (const auto code :
       {ErrorCode::internal, ErrorCode::unreachable, ErrorCode::statement_failed}) {
    const auto problem = problem_of(Error(code, "password=hunter2"));
    CHECK(problem.detail.empty());
    CHECK(respond(problem, a_request()).body.find("hunter2") == std::string::npos);
  }
  CHECK(problem_of(Error(ErrorCode::not_found, "note 1 does not exist")).detail ==
        "note 1 does not exist");
}

TEST_CASE("a problem is valid JSON whatever its texts hold") {
  const Problem problem{.status = 400, .title = "T", .detail = "\"\\\n\x01\xFF", .errors = {}};
  CHECK(respond(problem, Request{}).body ==
        "{\"type\":\"about:blank\",\"title\":\"T\",\"status\":400,\"detail\":"
        "\"\\\"\\\\\\n\\u0001\xEF\xBF\xBD\"}");
}

TEST_CASE("503 says when to try again") {
  CHECK(respond(Problem{.status = 503, .title = {}, .detail = {}, .errors = {}}, Request{})
            .headers.find("Retry-After") == "1");
}

TEST_CASE("codes have the statuses that RFC 9110 gives them") {
  CHECK(status_of(ErrorCode::malformed) == 400);
  CHECK(status_of(ErrorCode::invalid) == 422);
  CHECK(status_of(ErrorCode::stale) == 412);
  CHECK(status_of(ErrorCode::overloaded) == 503);
  CHECK(status_of(ErrorCode::deadline_exceeded) == 504);
  CHECK(status_of(ErrorCode::internal) == 500);
  CHECK(phrase(431) == "Request Header Fields Too Large");
  CHECK(phrase(299) == "Unassigned");
}

}  // namespace notes::http
