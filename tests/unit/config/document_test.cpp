#include "config/document.hpp"

#include <array>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::config;

namespace {

Node parse(std::string_view text, const Variables* variables = nullptr) {
  return parse_document(text, "f.yaml", variables);
}

/// The tree on one line: plain scalars bare, quoted ones in quotes.
std::string drawn(const Node& node) {
  std::string text;
  switch (node.kind()) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar:
      return node.plain() ? node.text() : "\"" + node.text() + "\"";
    case Node::Kind::sequence:
      for (const auto& item : node.items()) text += (text.empty() ? "" : " ") + drawn(item);
      return "[" + text + "]";
    case Node::Kind::map:
      for (const auto& entry : node.entries()) {
        text += (text.empty() ? "" : " ") + entry.key + "=" + drawn(entry.value);
      }
      return "{" + text + "}";
  }
  return text;
}

std::string refusal(std::string_view text) {
  try {
    parse(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a document is a tree of maps, lists and scalars in the order of the file") {
  CHECK(drawn(parse("b: 1\na:\n  - x\n  - 'y z'\n  - {k: \"17\"}\nempty: {}\nnone: []\n")) ==
        "{b=1 a=[x \"y z\" {k=\"17\"}] empty={} none=[]}");
  CHECK(drawn(parse("회의: 록")) == "{회의=록}");
  CHECK(drawn(parse("text: |\n  two\n  lines\n")) == "{text=\"two\nlines\n\"}");
  CHECK(drawn(parse("just a scalar")) == "just a scalar");
}

TEST_CASE("nothing, ~ and null are null, and quoted they are text") {
  CHECK(drawn(parse("")) == "null");
  CHECK(drawn(parse("# only a comment\n")) == "null");
  CHECK(drawn(parse("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n")) ==
        "{a=null b=null c=null d=\"\" e=\"null\"}");
}

TEST_CASE("every node knows its line and column, from 1") {
  const Node root = parse("server:\n  port: 80\nlist:\n  - a\n  -   b\n");
  const Node* server = root.find("server");
  REQUIRE(server != nullptr);
  CHECK(server->entries()[0].key_place == Place{"f.yaml", 2, 3});
  CHECK(server->find("port")->place() == Place{"f.yaml", 2, 9});
  CHECK(root.find("list")->items()[1].place() == Place{"f.yaml", 5, 7});
  CHECK(to_string(server->find("port")->place()) == "f.yaml:2:9");
  CHECK(root.find("missing") == nullptr);
  CHECK(root.find("list")->find("a") == nullptr);
  CHECK(root.size() == 6);
}

TEST_CASE("an alias stands for what it names, at its own place") {
  const Node root = parse("base: &b {x: 1}\nuse: *b\nlist: [*b, *b]\n");
  CHECK(drawn(root) == "{base={x=1} use={x=1} list=[{x=1} {x=1}]}");
  CHECK(root.find("use")->place() == Place{"f.yaml", 2, 6});
}

TEST_CASE("variables are expanded in values on request, and not in keys") {
  const Variables variables{{"NAME", "a: [b"}, {"EMPTY", ""}};
  const std::string_view text =
      "${NAME}: x\nplain: ${NAME}\nquoted: '<${NAME}>'\nlist: [\"${MISSING:-d}\"]\n";
  CHECK(drawn(parse(text, &variables)) ==
        "{${NAME}=x plain=a: [b quoted=\"<a: [b>\" list=[\"d\"]}");
  CHECK(drawn(parse("k: '${NAME}'")) == "{k=\"${NAME}\"}");
  CHECK_THROWS_WITH_AS(
      parse("a: 1\nkey: ${MISSING}", &variables),
      "f.yaml:2:6: ${MISSING} is not set in the environment; set it, or write ${MISSING:-default}",
      Error);
}

TEST_CASE("a variable needs no quotes inside brackets") {
  const Variables variables{{"URL", "http://a/"}};
  CHECK(drawn(parse("a: { u: ${URL}, b: [${URL}, ${MISSING:-x:y}] }", &variables)) ==
        "{a={u=http://a/ b=[http://a/ x:y]}}");
  CHECK(drawn(parse("{a: $${URL}, ${URL}: 'x ${URL}'}")) == "{a=$${URL} ${URL}=\"x ${URL}\"}");
}

TEST_CASE("what is no single plain document is refused at its place") {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  constexpr std::array kCases{
      Case{"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: a: stands twice; the first is on line 1"},
      Case{"a: {b: 1, b: 2}\n", "f.yaml:1:11: b: stands twice; the first is on line 1"},
      Case{"[a]: 1\n", "f.yaml:1:1: a key must be text"},
      Case{"a: 'open\n", "f.yaml:1:1: the file ends while a quote or a bracket is open"},
      Case{"a: 1\nb: \"open\nc: 2", "f.yaml:3:1: the file ends while a quote or a bracket is open"},
      Case{"a: [1\n", "f.yaml:1:1: the file ends while a quote or a bracket is open"},
      Case{"a: 1\nb: \xC3(\n", "f.yaml:2:4: the bytes here are no UTF-8; save the file as UTF-8"},
      Case{std::string_view("a: 1\0", 5), "f.yaml:1:5: U+0000 cannot stand in a file"},
      Case{"a: 1\nb: \x01\n", "f.yaml:2:4: U+0001 cannot stand in a file"},
      Case{"null: 1\n", "f.yaml:1:1: a key must be text"},
      Case{"? {a: b}\n: 1\n", "f.yaml:1:3: a key must be text"},
      Case{"a: !!binary aGk=\n", "f.yaml:1:4: tags are not understood; quote text instead"},
      Case{"a: &x [1, *x]\n", "f.yaml:1:11: the alias stands inside what it names"},
      Case{"a: 1\n---\nb: 2\n",
           "f.yaml:3:1: a second document starts here; one file holds one document"},
  };
  for (const auto& [text, message] : kCases) {
    CAPTURE(text);
    CHECK(refusal(text) == message);
  }
}

TEST_CASE("what is no YAML is refused with the parser's reason and its place") {
  for (const std::string text : {"a: ]\n", "a: *nowhere\n", "a: b: c\n", "\tb: 1\n", "a: @x\n"}) {
    CAPTURE(text);
    const std::string message = refusal(text);
    CAPTURE(message);
    CHECK(message.starts_with("f.yaml:"));
    CHECK(message.size() > std::string("f.yaml:1:1: ").size());
  }
}

TEST_CASE("a small document cannot stand for a huge one") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j) text += ", " + last;
    text += "]\n";
  }
  CHECK(refusal(text).find("the document stands for more than 500000 nodes") != std::string::npos);
}

TEST_CASE("nesting ends at 64 levels") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(refusal(nested(64)) == "accepted");
  CHECK(refusal(nested(65)) == "f.yaml:1:65: nested deeper than 64 levels");
  CHECK(refusal(nested(100'000)).find("nested deeper than 64 levels") != std::string::npos);
}

TEST_CASE("a document's file names itself in messages") {
  const tests::TemporaryDirectory directory;
  const auto path = directory.write("cron.yaml", "jobs: [\n");
  CHECK_THROWS_AS(read_document(path), Error);
  CHECK(drawn(read_document(directory.write("good.yaml", "a: 1\n"))) == "{a=1}");
  CHECK_THROWS_WITH_AS(
      read_document(directory.path() / "none.yaml"),
      ((directory.path() / "none.yaml").string() + ": cannot be read: No such file or directory")
          .c_str(),
      Error);
}
