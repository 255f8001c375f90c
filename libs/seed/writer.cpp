#include "seed/writer.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/uuid.hpp"
#include "db/query.hpp"
#include "schema/table.hpp"

namespace notes::seed {
namespace {

using config::Place;

[[noreturn]] void refuse(ErrorCode code, const Place& place, std::string_view what) {
  throw Error(code, fmt::format("{}: {}", config::to_string(place), what));
}

/// What the database said, without the value that PostgreSQL quotes at the end of
/// `invalid input syntax for type uuid: "…"`.
std::string without_value(const db::DatabaseError& said) {
  const auto quote = said.message.find(": \"");
  return fmt::format("{} ({})", said.message.substr(0, quote), said.state);
}

/// Runs a statement that a place in a file stands for.
std::vector<std::vector<db::Text>> query_for(db::Session& session, const Place& place,
                                             const std::string& statement,
                                             const std::vector<db::Text>& parameters) {
  try {
    return db::query(session, statement, parameters);
  } catch (const db::StatementError& error) {
    const auto code = error.code();
    const bool passing = code == ErrorCode::unreachable || code == ErrorCode::locked ||
                         code == ErrorCode::deadline_exceeded;
    refuse(passing ? code : ErrorCode::statement_failed, place, without_value(error.details()));
  }
}

schema::Table table_at(db::Session& session, const std::string& name, const Place& place) {
  if (auto table = schema::find_table(session, name)) return *std::move(table);
  const auto names = schema::table_names(session);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  refuse(ErrorCode::usage, place,
         fmt::format("{}: there is no such table{}; run the migrations first", name,
                     did_you_mean(name, candidates)));
}

const schema::Column& column_at(const schema::Table& table, const std::string& name,
                                const Place& place) {
  if (const auto* column = table.find(name)) return *column;
  std::vector<std::string_view> candidates;
  for (const auto& column : table.columns) candidates.push_back(column.name);
  refuse(ErrorCode::usage, place,
         fmt::format("{} has no column {}{}", table.name, name, did_you_mean(name, candidates)));
}

/// Makes what a file says into what is bound to a statement.
class Resolver {
 public:
  Resolver(db::Session& session, const Clock& clock) : session_(session), clock_(clock) {}

  db::Text resolve(const schema::Column& column, const Value& value) const {
    if (column.generated)
      refuse(ErrorCode::usage, value.place, column.name + ": the database computes this column");
    if (std::holds_alternative<Null>(value.what)) return std::nullopt;
    if (column.binary)
      refuse(ErrorCode::usage, value.place,
             column.name + ": holds bytes, which seeds do not write");
    const auto text = text_of(value);
    auto kept = text ? schema::canonical(column.kind, *text) : std::nullopt;
    if (text && !kept) {
      refuse(ErrorCode::usage, value.place,
             fmt::format("{}: expected {}", column.name, schema::expectation(column.kind)));
    }
    return kept;
  }

 private:
  db::Text text_of(const Value& value) const {
    if (const auto* scalar = std::get_if<Scalar>(&value.what)) return scalar->text;
    if (const auto* generator = std::get_if<Generator>(&value.what)) return generate(*generator);
    if (const auto* reference = std::get_if<Reference>(&value.what))
      return look_up(*reference, value.place);
    return std::nullopt;
  }

  std::string generate(Generator generator) const {
    switch (generator) {
      case Generator::uuid:
        return to_string(Uuid::make_v7(clock_.now()));
      case Generator::now:
        return to_string(clock_.now());
    }
    return {};
  }

  db::Text look_up(const Reference& reference, const Place& place) const {
    const auto& dialect = session_.dialect();
    const auto table = table_at(session_, reference.table, place);
    auto wanted = reference.column;
    if (wanted.empty()) {
      if (table.primary_key.size() != 1) {
        refuse(ErrorCode::usage, place,
               fmt::format("{} has no primary key of one column; say which column is meant with "
                           "column: NAME",
                           table.name));
      }
      wanted = table.primary_key.front();
    }
    std::vector<std::string> conditions;
    std::vector<db::Text> parameters;
    for (const auto& [name, value] : reference.by) {
      const auto& column = column_at(table, name, value.place);
      auto text = resolve(column, value);
      if (!text) {
        conditions.push_back(dialect.quote(name) + " IS NULL");
        continue;
      }
      conditions.push_back(dialect.quote(name) + " = " +
                           schema::parameter(column, parameters.size()));
      parameters.push_back(std::move(text));
    }
    const auto found =
        query_for(session_, place,
                  fmt::format("SELECT CAST({} AS TEXT) FROM {} WHERE {} LIMIT 2",
                              dialect.quote(column_at(table, wanted, place).name),
                              schema::quoted(dialect, table), fmt::join(conditions, " AND ")),
                  parameters);
    if (found.size() == 1) return found[0][0];
    const bool none = found.empty();
    refuse(none ? ErrorCode::not_found : ErrorCode::conflict, place,
           fmt::format("{} row of {} has this {}", none ? "no" : "more than one", table.name,
                       columns_of(reference)));
  }

  static std::string columns_of(const Reference& reference) {
    std::vector<std::string> names;
    for (const auto& field : reference.by) names.push_back(field.first);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  db::Session& session_;
  const Clock& clock_;
};

/// The statements for one row.
class RowWriter {
 public:
  RowWriter(db::Session& session, const schema::Table& table, const std::vector<std::string>& key)
      : session_(session), table_(table), key_(key) {}

  bool exists(const Row& row, const std::vector<db::Text>& values) const {
    const auto& dialect = session_.dialect();
    std::vector<std::string> conditions;
    std::vector<db::Text> parameters;
    for (std::size_t at = 0; at < values.size(); ++at) {
      const auto& name = row.fields[at].first;
      if (!is_key(name)) continue;
      conditions.push_back(dialect.quote(name) + " = " +
                           schema::parameter(*table_.find(name), parameters.size()));
      parameters.push_back(values[at]);
    }
    return !query_for(session_, row.place,
                      fmt::format("SELECT CAST(1 AS TEXT) FROM {} WHERE {}",
                                  schema::quoted(dialect, table_), fmt::join(conditions, " AND ")),
                      parameters)
                .empty();
  }

  /// True when a row was inserted or updated.
  bool put(const Row& row, const std::vector<db::Text>& values, Existing existing) const {
    const auto& dialect = session_.dialect();
    std::vector<std::string> columns;
    std::vector<std::string> parameters;
    std::vector<std::string> key;
    for (const auto& name : key_) key.push_back(dialect.quote(name));
    for (const auto& [name, value] : row.fields) {
      columns.push_back(dialect.quote(name));
      parameters.push_back(schema::parameter(*table_.find(name), parameters.size()));
    }
    const auto statement = fmt::format(
        "INSERT INTO {} AS existing ({}) VALUES ({}) ON CONFLICT ({}) DO {} "
        "RETURNING CAST(1 AS TEXT)",
        schema::quoted(dialect, table_), fmt::join(columns, ", "), fmt::join(parameters, ", "),
        fmt::join(key, ", "), existing == Existing::keep ? "NOTHING" : update(row));
    return !query_for(session_, row.place, statement, values).empty();
  }

 private:
  bool is_key(const std::string& column) const {
    return std::find(key_.begin(), key_.end(), column) != key_.end();
  }

  /// Compared as text, for types without equality (json), and so that 1.0 becomes 1.00.
  std::string update(const Row& row) const {
    std::vector<std::string> set;
    std::vector<std::string> differs;
    for (const auto& [name, value] : row.fields) {
      if (is_key(name) || std::holds_alternative<Generator>(value.what)) continue;
      const auto column = session_.dialect().quote(name);
      set.push_back(fmt::format("{0} = excluded.{0}", column));
      differs.push_back(fmt::format(
          "CAST(existing.{0} AS TEXT) IS DISTINCT FROM CAST(excluded.{0} AS TEXT)", column));
    }
    if (set.empty()) return "NOTHING";
    return fmt::format("UPDATE SET {} WHERE {}", fmt::join(set, ", "), fmt::join(differs, " OR "));
  }

  db::Session& session_;
  const schema::Table& table_;
  const std::vector<std::string>& key_;
};

void check_key(const schema::Table& table, const Section& section) {
  for (const auto& column : section.key) column_at(table, column, section.place);
  if (table.is_unique(section.key)) return;
  std::vector<std::string> keys;
  for (const auto& key : table.unique_keys)
    keys.push_back(fmt::format("({})", fmt::join(key, ", ")));
  refuse(ErrorCode::usage, section.place,
         fmt::format("{}: the key ({}) needs a unique index over these columns, so that a second "
                     "run finds the rows again; add one with a migration{}",
                     section.table, fmt::join(section.key, ", "),
                     keys.empty() ? "" : fmt::format(", or use one of {}", fmt::join(keys, ", "))));
}

}  // namespace

TableCount write_section(db::Session& session, const Section& section, Existing existing,
                         const Clock& clock, const std::stop_token& stop) {
  const auto table = table_at(session, section.table, section.place);
  check_key(table, section);
  const Resolver resolver(session, clock);
  const RowWriter writer(session, table, section.key);
  TableCount count{.table = section.table};
  std::set<std::vector<db::Text>> keys;
  for (const auto& row : section.rows) {
    if (stop.stop_requested())
      throw Error(ErrorCode::interrupted, "stopped; nothing of the file was kept");
    std::vector<db::Text> values;
    std::map<std::string, db::Text> by_column;
    for (const auto& [name, value] : row.fields) {
      values.push_back(resolver.resolve(column_at(table, name, value.place), value));
      by_column[name] = values.back();
    }
    std::vector<db::Text> key;
    for (const auto& name : section.key) key.push_back(by_column[name]);
    if (!keys.insert(std::move(key)).second)
      refuse(ErrorCode::usage, row.place, "a row with the same key stands above");
    const bool there = writer.exists(row, values);
    const bool put = (!there || existing == Existing::update) && writer.put(row, values, existing);
    ++(!put ? count.unchanged : there ? count.updated : count.inserted);
  }
  return count;
}

}  // namespace notes::seed
