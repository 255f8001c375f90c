#include "api/static_file.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "base/error.hpp"

namespace notes::api {
namespace {

http::Request asking_for(std::string_view file) {
  http::Request request;
  request.path_values = {{"file", std::string(file)}};
  return request;
}

constexpr std::array kFiles{EmbeddedFile{"a.css", "p { color: red }"},
                            EmbeddedFile{"b.js", std::string_view("x\0y", 3)}};

}  // namespace

TEST_CASE("a file is what its name says, byte for byte") {
  const StaticFolder folder(kFiles);
  const auto style = folder.answer(asking_for("a.css"));
  CHECK(style.status == 200);
  CHECK(style.body == "p { color: red }");
  CHECK(style.headers.find("Content-Type") == "text/css; charset=utf-8");
  CHECK(style.headers.find("Cache-Control") == "no-cache");
  CHECK(folder.answer(asking_for("b.js")).body == std::string("x\0y", 3));
  CHECK(style.headers.find("ETag") != folder.answer(asking_for("b.js")).headers.find("ETag"));
}

TEST_CASE("who has the file gets no second copy") {
  const StaticFolder folder(kFiles);
  auto request = asking_for("a.css");
  const std::string tag(*folder.answer(request).headers.find("ETag"));
  for (const std::string& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    CAPTURE(known);
    request.headers.set("If-None-Match", known);
    const auto again = folder.answer(request);
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.headers.find("ETag") == tag);
  }
  request.headers.set("If-None-Match", tag.substr(1, tag.size() - 2));
  CHECK(folder.answer(request).status == 200);
}

TEST_CASE("a name that is none of the files is not found, whatever it tries") {
  const StaticFolder folder(kFiles);
  for (const auto* const name : {"", "a", "A.CSS", "../a.css", "a.css/", "/etc/passwd"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(folder.answer(asking_for(name)), Error);
  }
}

TEST_CASE("the page and the contract's page are in the program") {
  CHECK(StaticFolder(page_files()).find("index.html") != nullptr);
  CHECK(StaticFolder(docs_files()).find("plain.html") != nullptr);
}

}  // namespace notes::api
