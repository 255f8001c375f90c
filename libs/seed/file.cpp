#include "seed/file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "config/file.hpp"
#include "migrate/checksum.hpp"
#include "seed/json.hpp"

namespace notes::seed {
namespace {

using config::Node;
using config::Place;

constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024 * 1024;

[[noreturn]] void refuse(const Place& place, std::string_view what) {
  throw Error(ErrorCode::usage, fmt::format("{}: {}", config::to_string(place), what));
}

/// Refuses a map with a key that is not among the known ones.
void check_keys(const Node& map, std::span<const std::string_view> known) {
  for (const auto& entry : map.entries()) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      refuse(entry.key_place,
             fmt::format("{}: unknown here{}", entry.key, did_you_mean(entry.key, known)));
    }
  }
}

const Node& require(const Node& map, std::string_view key, Node::Kind kind) {
  const auto* value = map.find(key);
  if (value == nullptr) refuse(map.place(), fmt::format("'{}' is missing", key));
  if (value->kind() != kind) {
    refuse(value->place(),
           fmt::format("{}: expected {}, got {}", key, to_string(kind), to_string(value->kind())));
  }
  return *value;
}

/// A column or table name that may stand in a statement: a ":" would be taken for a parameter.
std::string name_of(const std::string& text, const Place& place) {
  if (text.empty() || text.find_first_of(std::string_view(":\0", 2)) != std::string::npos) {
    refuse(place, fmt::format("'{}': a name is not empty and holds no ':'", text));
  }
  return text;
}

Value read_value(const Node& node);

std::vector<Field> read_fields(const Node& map) {
  std::vector<Field> fields;
  for (const auto& entry : map.entries()) {
    fields.emplace_back(name_of(entry.key, entry.key_place), read_value(entry.value));
  }
  return fields;
}

Generator read_generator(const Node& map) {
  static constexpr std::array<std::string_view, 1> kKeys{"generate"};
  check_keys(map, kKeys);
  const auto& what = require(map, "generate", Node::Kind::scalar);
  if (what.text() == "uuid") return Generator::uuid;
  if (what.text() == "now") return Generator::now;
  refuse(what.place(), fmt::format("generate: expected uuid or now, got '{}'", what.text()));
}

Reference read_reference(const Node& map) {
  static constexpr std::array<std::string_view, 3> kKeys{"ref", "by", "column"};
  check_keys(map, kKeys);
  Reference reference;
  const auto& table = require(map, "ref", Node::Kind::scalar);
  reference.table = name_of(table.text(), table.place());
  const auto& by = require(map, "by", Node::Kind::map);
  if (by.entries().empty()) refuse(by.place(), "by: names no column");
  reference.by = read_fields(by);
  if (map.find("column") != nullptr) {
    const auto& column = require(map, "column", Node::Kind::scalar);
    reference.column = name_of(column.text(), column.place());
  }
  return reference;
}

Value read_value(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::null:
      return {Null{}, node.place()};
    case Node::Kind::scalar:
      if (node.text().find('\0') != std::string::npos)
        refuse(node.place(), "text cannot hold the character U+0000");
      return {Scalar{node.text()}, node.place()};
    case Node::Kind::sequence:
      refuse(node.place(), "a list is no value of a column; write {json: [...]} for a JSON column");
    case Node::Kind::map:
      break;
  }
  if (node.find("generate") != nullptr) return {read_generator(node), node.place()};
  if (node.find("ref") != nullptr) return {read_reference(node), node.place()};
  if (const auto* json = node.find("json"); json != nullptr && node.entries().size() == 1)
    return {Scalar{to_json(*json)}, node.place()};
  refuse(node.place(),
         "a map is one of {generate: uuid}, {generate: now}, {ref: TABLE, by: {COLUMN: VALUE}}, "
         "{json: ...}");
}

std::vector<std::string> read_key(const Node& section) {
  const auto* key = section.find("key");
  if (key == nullptr) refuse(section.place(), "'key' is missing: the columns of the natural key");
  std::vector<std::string> columns;
  if (key->kind() == Node::Kind::scalar) columns.push_back(name_of(key->text(), key->place()));
  for (const auto& column : key->items()) {
    if (column.kind() != Node::Kind::scalar) refuse(column.place(), "key: expected column names");
    auto name = name_of(column.text(), column.place());
    if (std::find(columns.begin(), columns.end(), name) != columns.end())
      refuse(column.place(), fmt::format("key: {} stands twice", name));
    columns.push_back(std::move(name));
  }
  if (columns.empty()) refuse(key->place(), "key: expected a column name or a list of them");
  return columns;
}

/// A key's value must be known and the same in each run.
void check_key_fields(const Row& row, const std::vector<std::string>& key) {
  for (const auto& column : key) {
    const auto field = std::find_if(row.fields.begin(), row.fields.end(),
                                    [&](const Field& each) { return each.first == column; });
    if (field == row.fields.end())
      refuse(row.place, fmt::format("{}: missing, and it is part of the key", column));
    const auto& value = field->second;
    if (std::holds_alternative<Null>(value.what)) {
      refuse(value.place,
             fmt::format("{}: null, and it is part of the key: no row would ever be found again "
                         "by it",
                         column));
    }
    if (std::holds_alternative<Generator>(value.what)) {
      refuse(value.place,
             fmt::format("{}: generated, and it is part of the key: each run would add a row; "
                         "write the value out",
                         column));
    }
  }
}

Section read_section(const Node& node) {
  if (node.kind() != Node::Kind::map) {
    refuse(node.place(),
           fmt::format("expected a map of table, key and rows, got {}", to_string(node.kind())));
  }
  static constexpr std::array<std::string_view, 3> kKeys{"table", "key", "rows"};
  check_keys(node, kKeys);
  Section section;
  const auto& table = require(node, "table", Node::Kind::scalar);
  section.table = name_of(table.text(), table.place());
  section.place = table.place();
  section.key = read_key(node);
  for (const auto& row : require(node, "rows", Node::Kind::sequence).items()) {
    if (row.kind() != Node::Kind::map)
      refuse(row.place(),
             fmt::format("rows: expected a map of columns, got {}", to_string(row.kind())));
    section.rows.push_back({read_fields(row), row.place()});
    check_key_fields(section.rows.back(), section.key);
  }
  return section;
}

}  // namespace

std::vector<Section> parse_sections(std::string_view text, const std::string& name,
                                    const config::Variables& variables) {
  const auto document = config::parse_document(text, name, &variables);
  std::vector<Section> sections;
  if (document.kind() != Node::Kind::sequence) {
    sections.push_back(read_section(document));
    return sections;
  }
  for (const auto& section : document.items()) sections.push_back(read_section(section));
  return sections;
}

std::vector<std::filesystem::path> list_files(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto& path = entry->path();
    const bool seed = path.extension() == ".yaml" || path.extension() == ".yml";
    if (seed && !path.filename().string().starts_with('.')) files.push_back(path);
  }
  if (error) {
    throw Error(ErrorCode::not_found,
                fmt::format("{}: cannot read the folder of seeds: {}; name the folder above it "
                            "with --seeds",
                            folder.string(), error.message()));
  }
  if (files.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("{}: holds no seeds (*.yaml, *.yml)", folder.string()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

File read_file(const std::filesystem::path& path, const config::Variables& variables) {
  const auto text = config::read_text_file(path, kMaxFileBytes);
  return {.name = path.filename().string(),
          .checksum = migrate::sha256(text),
          .sections = parse_sections(text, path.string(), variables)};
}

}  // namespace notes::seed
