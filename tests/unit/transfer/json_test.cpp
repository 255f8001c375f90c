#include "transfer/json.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::transfer;

namespace {

std::string drawn(const Record& record) {
  auto text = std::to_string(record.line()) + ":";
  if (!record.problem().empty()) return text + " !" + record.problem();
  for (std::size_t at = 0; at < record.size(); ++at) {
    const auto value = record.value(at);
    text += value ? " [" + std::string(*value) + "]" : " null";
  }
  return text;
}

struct Json {
  explicit Json(std::string_view text) : path(directory.write("f.json", text)) {}

  std::vector<std::string> read() const {
    JsonReader reader(path);
    std::vector<std::string> all;
    Record record;
    while (reader.next(record)) all.push_back(drawn(record));
    return all;
  }

  std::string refusal() const {
    try {
      read();
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::malformed);
      return std::string(error.what()).substr(directory.path().string().size() + 1);
    }
    return "accepted";
  }

  tests::TemporaryDirectory directory;
  std::filesystem::path path;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an array of objects and objects on lines are the same records") {
  CHECK(Json(R"([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])").read() ==
        Lines{"1: [1] [x]", "1: [2] [y]"});
  CHECK(Json("{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": \"y\"}").read() ==
        Lines{"1: [1] [x]", "2: [2] [y]"});
  CHECK(Json("\xef\xbb\xbf\n [\r\n {\"a\":\n1}\n,\n{\"a\":2}]\n").read() ==
        Lines{"3: [1]", "6: [2]"});
  CHECK(Json("[]").read().empty());
}

TEST_CASE("values keep their digits, their null and what lies inside them") {
  CHECK(
      Json(
          R"([{"n": 1.50, "big": 123456789012345678901, "t": true, "f": false, "z": null,)"
          R"( "s": "\u00e9\"\n", "o": {"k": [1.0, {"x": null}], "e": {}}, "l": [[], "\""], "h": "x"}])")
          .read() == Lines{"1: [1.50] [123456789012345678901] [true] [false] null [é\"\n] "
                           R"([{"k":[1.0,{"x":null}],"e":{}}] [[[],"\""]] [x])"});
}

TEST_CASE("the first object's members are the columns, in any order later") {
  const Json json(
      "{\"a\": 1, \"b\": 2}\n{\"b\": 3}\n{\"b\": 5, \"a\": 4}\n{\"a\": 1, \"c\": 2}\n{}\n"
      "{\"a\": 1, \"a\": 2}");
  CHECK(JsonReader(json.path).columns() == Lines{"a", "b"});
  CHECK(json.read() ==
        Lines{"1: [1] [2]", "2: null [3]", "3: [4] [5]",
              "4: !the member c is not among those of the first object, or stands twice",
              "5: null null",
              "6: !the member a is not among those of the first object, or stands twice"});
}

TEST_CASE("a line that is no object is refused, and the next one read") {
  CHECK(Json("{\"a\": 1}\n{\"a\": }\n17\n{\"a\": 2} x\n{\"a\": 3}\n").read() ==
        Lines{"1: [1]", "2: !is no JSON, at byte 7 of the object: Invalid value.",
              "3: !expected an object", "4: [2]", "4: !expected an object", "5: [3]"});
}

TEST_CASE("an array cannot be read on behind a mistake") {
  CHECK(
      Json("[{\"a\": 1},\n{\"a\": }]").refusal() ==
      "f.json:2: is no JSON, at byte 7 of the object: Invalid value.; what follows cannot be read");
  CHECK(Json("[{\"a\": 1},\n").refusal() == "f.json:2: the file ends inside the array");
  CHECK(Json("[1]").refusal() == "f.json:1: expected an object");
  CHECK(Json("").refusal() == "f.json:1: is empty; expected objects, or an array of them");
  CHECK(Json("[{\"a\": \"\xff\"}]").refusal() ==
        "f.json:1: is no JSON, at byte 8 of the object: Invalid encoding in string.");
}

TEST_CASE("a reader goes on from each place where another one stopped") {
  for (const auto* text : {"[{\"a\": 1} ,\n {\"a\": 2}\n,{\"a\": 3}\n]\n",
                           "{\"a\": 1}\n\n{\"a\": 2}\n{\"a\": x}\n{\"a\": 3}"}) {
    const Json json(text);
    const auto all = json.read();
    JsonReader first(json.path);
    Record record;
    for (std::size_t at = 0; at <= all.size(); ++at) {
      JsonReader second(json.path);
      second.seek(first.position());
      for (std::size_t rest = at; rest < all.size(); ++rest) {
        REQUIRE(second.next(record));
        CHECK(drawn(record) == all[rest]);
      }
      CHECK_FALSE(second.next(record));
      if (at < all.size()) REQUIRE(first.next(record));
    }
  }
}
