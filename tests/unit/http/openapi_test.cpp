#include "http/openapi.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/error.hpp"

namespace notes::http {
namespace {

Route row(Method method, std::string pattern, std::string_view operation) {
  return {method, std::move(pattern), operation, Runs::inline_,
          [](const Request&) { return Response{}; }};
}

Operation get_leaf() {
  return {.id = "get_leaf",
          .tag = "Leaves",
          .summary = "Reads a leaf",
          .parameters = {{.in = In::path,
                          .name = "id",
                          .description = "Which.",
                          .schema = Schema::integer(1)}},
          .answers = {{.status = 200,
                       .description = "The leaf.",
                       .contents = {{"application/json", Schema::reference("Leaf")}}}},
          .refusals = {{.status = 404, .when = "There is none."}}};
}

ApiDescription description() {
  return {.title = "Leaves",
          .version = "1",
          .description = "All of them.",
          .tags = {{"Leaves", "What falls."}},
          .operations = {get_leaf()},
          .schemas = {{"Leaf", Schema::object({{"colour", Schema::text()}})}}};
}

/// The part of a text from one mark up to the next other one.
std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const auto begin = text.find(from);
  REQUIRE(begin != std::string::npos);
  const auto end = text.find(to, begin + from.size());
  REQUIRE(end != std::string::npos);
  return text.substr(begin, end - begin);
}

std::string what_of(const std::vector<Route>& routes, const ApiDescription& api) {
  try {
    openapi_document(routes, api);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::internal);
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("a route is an operation of its path, with what it and the server answer") {
  const auto document = openapi_document(
      {row(Method::get, "/leaves/{id}", "get_leaf"), row(Method::get, "/l/{id}", "get_leaf")},
      description());
  CHECK(
      document.starts_with("{\n  \"openapi\": \"3.1.0\",\n  \"info\": {\n"
                           "    \"title\": \"Leaves\",\n"));
  CHECK(document.ends_with("}\n"));
  CHECK(between(document, "\"paths\"", "\"parameters\"") == R"("paths": {
    "/leaves/{id}": {
      "get": {
        "tags": [
          "Leaves"
        ],
        "summary": "Reads a leaf",
        "description": "The same at /l/{id}.",
        "operationId": "get_leaf",
        )");
  CHECK(document.find("\"/l/{id}\": {") == std::string::npos);
  const auto missing = between(document, "\"404\"", "\"405\"");
  CHECK(missing.starts_with(R"("404": {
            "description": "There is none.",
            "headers": {
              "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" },
)"));
  CHECK(missing.ends_with(R"(
            },
            "content": {
              "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" }
              }
            }
          },
          )"));
  CHECK(between(document, "\"405\"", "\"408\"") ==
        R"("405": { "$ref": "#/components/responses/MethodNotAllowed" },
          )");
}

TEST_CASE("a field that the operation speaks of is not spoken of twice") {
  auto api = description();
  api.operations.front().answers.front().fields = {
      {.name = "Vary", .description = "The season.", .schema = Schema::text()}};
  const auto document = openapi_document({row(Method::get, "/leaves/{id}", "get_leaf")}, api);
  const auto answer = between(document, "\"200\"", "\"400\"");
  CHECK(answer.find("The season.") != std::string::npos);
  CHECK(answer.find("#/components/headers/Vary") == std::string::npos);
}

TEST_CASE("what the operation says of a status stands instead of what the server says of it") {
  auto api = description();
  api.operations.front().refusals = {{.status = 503, .when = "It is winter."}};
  const auto document = openapi_document({row(Method::get, "/leaves/{id}", "get_leaf")}, api);
  CHECK(between(document, "\"503\"", "\"headers\"") == R"("503": {
            "description": "It is winter.",
            )");
}

TEST_CASE("rows and operations that do not fit are named") {
  const auto api = description();
  CHECK(what_of({row(Method::put, "/x", "put_x")}, api) ==
        "the route PUT /x has no operation put_x");
  CHECK(what_of({}, api) == "no route has the operation get_leaf");
  CHECK(what_of({row(Method::get, "/leaves/{name}", "get_leaf")}, api) ==
        "the operation get_leaf does not say what {name} is");
}

}  // namespace notes::http
