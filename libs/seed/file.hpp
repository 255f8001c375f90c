#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/document.hpp"
#include "config/variables.hpp"

namespace notes::seed {

struct Value;
using Field = std::pair<std::string, Value>;

struct Null {};
/// A scalar, as text whatever it is: the column says what it means.
struct Scalar {
  std::string text;
};
enum class Generator { uuid, now };
/// The value of `column` in the one row of `table` in which the fields of `by` have these values.
struct Reference {
  std::string table;
  std::string column;  ///< empty: the table's primary key
  std::vector<Field> by;
};

/// What stands for one column of a row.
struct Value {
  std::variant<Null, Scalar, Generator, Reference> what;
  config::Place place;
};

struct Row {
  std::vector<Field> fields;  ///< each column once
  config::Place place;
};

/// The rows of one table.
struct Section {
  std::string table;
  config::Place place;
  std::vector<std::string> key;  ///< the natural key's columns; each row has them
  std::vector<Row> rows;
};

struct File {
  std::string name;      ///< without the folder
  std::string checksum;  ///< SHA-256 of its bytes, variables not put in
  std::vector<Section> sections;
};

/// Reads a seed file: a map of `table`, `key` and `rows`, or a list of such maps (docs/seeding.md).
/// ${NAME} in values is replaced. `name` is what messages call it. Throws Error{usage} that starts
/// with FILE:LINE:COLUMN.
std::vector<Section> parse_sections(std::string_view text, const std::string& name,
                                    const config::Variables& variables);

/// The seed files of a folder (*.yaml, *.yml; not hidden ones), sorted by name. Throws
/// Error{not_found} when there is no such folder, or it holds none.
std::vector<std::filesystem::path> list_files(const std::filesystem::path& folder);

/// Reads one of them.
File read_file(const std::filesystem::path& path, const config::Variables& variables);

}  // namespace notes::seed
