#include "http/message.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

namespace notes::http {

TEST_CASE("fields are found without regard to case, the first of a name") {
  Headers headers;
  headers.add("Accept", "a");
  headers.add("ACCEPT", "b");
  CHECK(headers.find("accept") == "a");
  CHECK(headers.combined("Accept") == "a, b");
  CHECK_FALSE(headers.find("Accep").has_value());
  CHECK_FALSE(headers.combined("Accepted").has_value());
}

TEST_CASE("set leaves one field of the name") {
  Headers headers;
  headers.add("A", "1");
  headers.add("B", "2");
  headers.add("a", "3");
  headers.set("A", "4");
  REQUIRE(headers.fields().size() == 2);
  CHECK(headers.fields()[0].name == "B");
  CHECK(headers.fields()[1].name == "A");
  CHECK(headers.fields()[1].value == "4");
}

TEST_CASE("set takes a value that lies in the headers themselves") {
  Headers headers;
  headers.add("A", "a value longer than any short string");
  headers.set("A", *headers.find("A"));
  CHECK(headers.find("A") == "a value longer than any short string");
}

TEST_CASE("a copy of headers is its own") {
  Headers headers;
  headers.add("A", "1");
  const Headers copy = headers;
  headers.clear();
  CHECK(copy.find("A") == "1");
  CHECK(headers.fields().empty());
}

TEST_CASE("methods go by their own names only") {
  CHECK(to_string(Method::delete_) == "DELETE");
  CHECK(parse_method("PATCH") == Method::patch);
  CHECK_FALSE(parse_method("patch").has_value());
  CHECK_FALSE(parse_method("").has_value());
}

TEST_CASE("a request knows its parameters by name") {
  Request request;
  request.query = {{"a", "1"}, {"a", "2"}};
  request.path_values = {{"id", "7"}};
  CHECK(request.query_value("a") == "1");
  CHECK_FALSE(request.query_value("b").has_value());
  CHECK(request.path_value("id") == "7");
  CHECK_THROWS_AS(static_cast<void>(request.path_value("name")), Error);
}

}  // namespace notes::http
