#include "transfer/csv.hpp"

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

struct Csv {
  explicit Csv(std::string_view text) : path(directory.write("f.csv", text)) {}

  std::vector<std::string> read() const {
    CsvReader reader(path);
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

TEST_CASE("fields are split at commas, and lines at LF or CRLF") {
  CHECK(Csv("a,b\n1,2\n3,4\n").read() == Lines{"2: [1] [2]", "3: [3] [4]"});
  CHECK(Csv("a,b\r\n1,2\r\n3,4").read() == Lines{"2: [1] [2]", "3: [3] [4]"});
  CHECK(Csv("a,b\n x , y\tz \n").read() == Lines{"2: [ x ] [ y\tz ]"});
  CHECK(Csv("a\nlone\rreturn\n").read() == Lines{"2: [lone\rreturn]"});
}

TEST_CASE("quotes hold commas, quotes and line breaks, and lines go on counting") {
  CHECK(Csv("a,b\n\"1,\"\"x\"\"\",\"two\r\nlines\"\n3,4\n").read() ==
        Lines{"2: [1,\"x\"] [two\r\nlines]", "4: [3] [4]"});
  CHECK(Csv("a\n\"회의\n록\"").read() == Lines{"2: [회의\n록]"});
  CHECK(Csv("\"a\"\n\"x\"\r\n").read() == Lines{"2: [x]"});
}

TEST_CASE("nothing is NULL, and two quotes are empty text") {
  CHECK(Csv("a,b,c\n,\"\",x\n,,\n").read() == Lines{"2: null [] [x]", "3: null null null"});
  CHECK(Csv("a\n\n\"\"\n").read() == Lines{"2: null", "3: []"});
}

TEST_CASE("a line with nothing on it is no record of several columns") {
  CHECK(Csv("a,b\n\n1,2\n\r\n3,4\n\n").read() == Lines{"3: [1] [2]", "5: [3] [4]"});
}

TEST_CASE("the header names the columns, behind a byte order mark too") {
  const Csv csv("\xef\xbb\xbf\"i,d\",name\r\n1,2\r\n");
  CHECK(CsvReader(csv.path).columns() == Lines{"i,d", "name"});
  CHECK(Csv("").refusal() == "f.csv: is empty; its first line must name the columns");
  CHECK(Csv("a,\"b").refusal() == "f.csv:1: the file ends inside quotes");
  CHECK(Csv("a,b\n").read().empty());
}

TEST_CASE("a record that breaks the rules is refused, and the next one read") {
  CHECK(Csv("a,b\n1\n1,2\n1,2,3\n4,5\n").read() ==
        Lines{"2: !expected 2 fields, got 1", "3: [1] [2]", "4: !expected 2 fields, got 3",
              "5: [4] [5]"});
  CHECK(Csv("a,b\n1,x\"y\",z\n4,5\n").read() ==
        Lines{"2: !a quote inside a field that does not begin with one", "3: [4] [5]"});
  CHECK(Csv("a,b\n\"1\"x,2\n4,5\n").read() ==
        Lines{"2: !text behind the closing quote of a field", "3: [4] [5]"});
  CHECK(Csv("a,b\n1,\"open\n4,5\n").read() == Lines{"2: !the file ends inside quotes"});
}

TEST_CASE("a quote that is not closed does not fill the memory") {
  std::string text = "a,b\n1,\"";
  text.resize(RecordReader::kMaxRecordBytes + (1 << 20), 'x');
  CHECK(Csv(text).refusal() ==
        "f.csv:2: the record that begins here is longer than 64 MiB: is a quote not closed?");
}

TEST_CASE("a reader goes on from each place where another one stopped") {
  const Csv csv("a,b\r\n1,\"x\ny\"\r\n\r\nbad\n3,4\n5,\"\"");
  const auto all = csv.read();
  REQUIRE(all.size() == 4);
  CsvReader first(csv.path);
  Record record;
  for (std::size_t at = 0; at < all.size(); ++at) {
    CsvReader second(csv.path);
    second.seek(first.position());
    for (std::size_t rest = at; rest < all.size(); ++rest) {
      REQUIRE(second.next(record));
      CHECK(drawn(record) == all[rest]);
    }
    CHECK_FALSE(second.next(record));
    REQUIRE(first.next(record));
  }
}

TEST_CASE("records longer than the buffer come whole") {
  std::string text = "a,b\n";
  Lines expected;
  for (int at = 0; at < 5; ++at) {
    const std::string long_text(200'000 + static_cast<std::size_t>(at), 'x');
    text += std::to_string(at) + ",\"" + long_text + "\"\"\"\n";
    expected.push_back(std::to_string(at + 2) + ": [" + std::to_string(at) + "] [" + long_text +
                       "\"]");
  }
  CHECK(Csv(text).read() == expected);
}

TEST_CASE("what is no file is a usage error") {
  const tests::TemporaryDirectory directory;
  for (const auto& path : {directory.path(), directory.path() / "missing.csv"}) {
    try {
      CsvReader reader(path);
      FAIL("opened");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      CHECK(std::string(error.what()).starts_with(path.string() + ": "));
    }
  }
}
