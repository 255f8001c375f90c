#include "seed/file.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::seed;

namespace {

const config::Variables kVariables{{"NAME", "from the environment"}};

/// A value on one line: text in quotes, "null", "uuid()", "users.id(email='a')".
std::string drawn(const Value& value) {
  if (const auto* scalar = std::get_if<Scalar>(&value.what)) return "'" + scalar->text + "'";
  if (const auto* generator = std::get_if<Generator>(&value.what))
    return *generator == Generator::uuid ? "uuid()" : "now()";
  if (const auto* reference = std::get_if<Reference>(&value.what)) {
    std::string text;
    for (const auto& [name, by] : reference->by)
      text += (text.empty() ? "" : " ") + name + "=" + drawn(by);
    return reference->table + "." + reference->column + "(" + text + ")";
  }
  return "null";
}

/// "table[key key]: a='1' b=null; a='2'"
std::string drawn(std::string_view yaml) {
  std::string text;
  for (const auto& section : parse_sections(yaml, "f.yaml", kVariables)) {
    text += (text.empty() ? "" : "\n") + section.table + "[";
    for (const auto& column : section.key) text += (text.back() == '[' ? "" : " ") + column;
    text += "]:";
    for (const auto& row : section.rows) {
      for (const auto& [name, value] : row.fields) text += " " + name + "=" + drawn(value);
      text += ";";
    }
  }
  return text;
}

std::string refusal(std::string_view yaml) {
  try {
    parse_sections(yaml, "f.yaml", kVariables);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "accepted";
}

std::string refusal_of_row(std::string_view row) {
  return refusal("table: t\nkey: id\nrows:\n  - " + std::string(row));
}

}  // namespace

TEST_CASE("a file is one table, or a list of them") {
  CHECK(drawn("table: t\nkey: id\nrows: [{id: 1, a: ~}, {a: 'x', id: 2}]") ==
        "t[id]: id='1' a=null; a='x' id='2';");
  CHECK(drawn("- {table: a, key: [x, y], rows: []}\n- {table: s.b, key: [z], rows: [{z: 1}]}") ==
        "a[x y]:\ns.b[z]: z='1';");
}

TEST_CASE("values are text, null, generated, looked up or JSON") {
  CHECK(
      drawn("table: t\nkey: k\nrows:\n"
            "  - {k: true, a: \"${NAME}\", b: {generate: uuid}, c: {generate: now}, d: \"null\"}\n"
            "  - k: {ref: users, by: {email: e, org: {ref: o, by: {n: 1}, column: code}}}\n"
            "    j: {json: [1, {a: \"${NAME}\"}]}\n") ==
      "t[k]: k='true' a='from the environment' b=uuid() c=now() d='null';"
      " k=users.(email='e' org=o.code(n='1')) j='[1,{\"a\":\"from the environment\"}]';");
}

TEST_CASE("what is no seed file is refused with its line and column") {
  CHECK(refusal("text") == "f.yaml:1:1: expected a map of table, key and rows, got a value");
  CHECK(refusal("table: t\nkey: id\n") == "f.yaml:1:1: 'rows' is missing");
  CHECK(refusal("table: t\nrows: []\n") ==
        "f.yaml:1:1: 'key' is missing: the columns of the natural key");
  CHECK(refusal("table: t\nkey: id\nrow: []\n") ==
        "f.yaml:3:1: row: unknown here (did you mean 'rows'?)");
  CHECK(refusal("table: [t]\nkey: id\nrows: []\n") ==
        "f.yaml:1:8: table: expected a value, got a list");
  CHECK(refusal("table: t\nkey: []\nrows: []\n") ==
        "f.yaml:2:6: key: expected a column name or a list of them");
  CHECK(refusal("table: t\nkey: [a, a]\nrows: []\n") == "f.yaml:2:10: key: a stands twice");
  CHECK(refusal("table: 't:x'\nkey: a\nrows: []\n") ==
        "f.yaml:1:8: 't:x': a name is not empty and holds no ':'");
  CHECK(refusal_of_row("1") == "f.yaml:4:5: rows: expected a map of columns, got a value");
  CHECK(refusal_of_row("{id: 1, a: \"${MISSING}\"}").starts_with("f.yaml:4:16: "));
}

TEST_CASE("a value that cannot be one is refused with what would do") {
  CHECK(refusal_of_row("{id: 1, a: [1]}") ==
        "f.yaml:4:16: a list is no value of a column; write {json: [...]} for a JSON column");
  CHECK(refusal_of_row("{id: 1, a: {generate: random}}") ==
        "f.yaml:4:27: generate: expected uuid or now, got 'random'");
  CHECK(refusal_of_row("{id: 1, a: {ref: users}}") == "f.yaml:4:16: 'by' is missing");
  CHECK(refusal_of_row("{id: 1, a: {ref: users, by: {}}}") == "f.yaml:4:33: by: names no column");
  CHECK(refusal_of_row("{id: 1, a: {ref: users, bye: {}}}") ==
        "f.yaml:4:29: bye: unknown here (did you mean 'by'?)");
  CHECK(refusal_of_row("{id: 1, a: {b: c}}") ==
        "f.yaml:4:16: a map is one of {generate: uuid}, {generate: now}, {ref: TABLE, by: {COLUMN: "
        "VALUE}}, {json: ...}");
  CHECK(refusal_of_row("{id: 1, a: \"x\\0y\"}") ==
        "f.yaml:4:16: text cannot hold the character U+0000");
}

TEST_CASE("each row states its key with values that the next run finds again") {
  CHECK(refusal_of_row("{a: 1}") == "f.yaml:4:5: id: missing, and it is part of the key");
  CHECK(refusal_of_row("{id: null}") ==
        "f.yaml:4:10: id: null, and it is part of the key: no row would ever be found again by it");
  CHECK(
      refusal_of_row("{id: {generate: uuid}}") ==
      "f.yaml:4:10: id: generated, and it is part of the key: each run would add a row; write the "
      "value out");
}

TEST_CASE("the files of a folder come in the order of their names") {
  const tests::TemporaryDirectory directory;
  for (const auto* name : {"20_b.yaml", "10_a.yml", "README.md", ".hidden.yaml", "100.yaml"})
    directory.write(name, "[]");
  std::vector<std::string> names;
  for (const auto& path : list_files(directory.path())) names.push_back(path.filename().string());
  CHECK(names == std::vector<std::string>{"100.yaml", "10_a.yml", "20_b.yaml"});
}

TEST_CASE("a folder that is not there, or without seeds, is an error that names it") {
  const tests::TemporaryDirectory directory;
  const auto folder = (directory.path() / "dev").string();
  const auto code = [&folder] {
    try {
      list_files(folder);
    } catch (const Error& error) {
      CHECK(std::string(error.what()).starts_with(folder + ": "));
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code() == ErrorCode::not_found);
  directory.write("dev/README.md", "");
  CHECK(code() == ErrorCode::not_found);
}

TEST_CASE("a file's checksum is of its bytes, so that secrets do not count") {
  const tests::TemporaryDirectory directory;
  // By sha256sum.
  const auto path = directory.write("1.yaml", "table: t\nkey: a\nrows: [{a: '${NAME}'}]\n");
  const auto file = read_file(path, kVariables);
  CHECK(file.name == "1.yaml");
  CHECK(file.checksum == "2b00c2ca73cad9d99d9a9ce4b6cef1be9a019cd0f8ba1c24f4c645a1ad8edc74");
  CHECK(drawn(file.sections.at(0).rows.at(0).fields.at(0).second) == "'from the environment'");
}

TEST_CASE("the project's own seeds can be read") {
  const std::filesystem::path seeds = NOTES_SOURCE_DIR "/seeds";
  const auto rows = [&](std::string_view environment) {
    std::size_t count = 0;
    for (const auto& path : list_files(seeds / environment)) {
      for (const auto& section : read_file(path, {{"NOTES_ADMIN_EMAIL", "a@b.c"}}).sections)
        count += section.rows.size();
    }
    return count;
  };
  CHECK(rows("dev") == 10);
  CHECK(rows("staging") == 1);
  CHECK(rows("prod") == 1);
}
