#include "db/query.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <soci/soci.h>

namespace notes::db {
namespace {

/// A value and whether it is NULL, where SOCI can refer to them.
struct Cell {
  std::string value;
  soci::indicator indicator = soci::i_null;

  Text text() const { return indicator == soci::i_null ? std::nullopt : Text(value); }
};

std::vector<Cell> bind(const std::vector<Text>& parameters) {
  std::vector<Cell> bound;
  bound.reserve(parameters.size());
  for (const auto& parameter : parameters) {
    bound.push_back({parameter.value_or(""), parameter ? soci::i_ok : soci::i_null});
  }
  return bound;
}

void use(soci::statement& statement, std::vector<Cell>& cells) {
  for (std::size_t at = 0; at < cells.size(); ++at) {
    statement.exchange(soci::use(cells[at].value, cells[at].indicator, fmt::format("p{}", at)));
  }
}

/// Runs work(), with what SOCI throws turned into the database's own words.
template <typename Work>
auto translated(Session& session, Work work) {
  try {
    return work();
  } catch (const soci::soci_error& error) {
    if (auto said = session.dialect().translate(session, error)) throw *std::move(said);
    throw;
  }
}

}  // namespace

std::vector<std::vector<Text>> query(Session& session, const std::string& statement,
                                     const std::vector<Text>& parameters) {
  return translated(session, [&] {
    auto bound = bind(parameters);
    soci::row columns;
    soci::statement prepared(session.soci());
    use(prepared, bound);
    prepared.alloc();
    // One round trip, and no statement that the server would have to forget again.
    prepared.prepare(statement, soci::details::st_one_time_query);
    prepared.define_and_bind();
    prepared.exchange_for_rowset(soci::into(columns));
    std::vector<std::vector<Text>> rows;
    for (bool more = prepared.execute(true); more; more = prepared.fetch()) {
      auto& row = rows.emplace_back();
      for (std::size_t at = 0; at < columns.size(); ++at) {
        const bool null = columns.get_indicator(at) == soci::i_null;
        row.push_back(null ? std::nullopt : Text(columns.get<std::string>(at)));
      }
    }
    return rows;
  });
}

struct PreparedQuery::Bound {
  Bound(Session& of, std::size_t parameter_count, std::size_t column_count)
      : session(of), parameters(parameter_count), columns(column_count), statement(of.soci()) {}

  /// In place: SOCI refers to the cells.
  void set(const std::vector<Text>& values) {
    for (std::size_t at = 0; at < parameters.size(); ++at) {
      parameters[at].value = values[at].value_or("");
      parameters[at].indicator = values[at] ? soci::i_ok : soci::i_null;
    }
  }

  Session& session;
  std::vector<Cell> parameters;
  std::vector<Cell> columns;
  soci::statement statement;
};

PreparedQuery::PreparedQuery(Session& session, const std::string& statement, std::size_t parameters,
                             std::size_t columns)
    : bound_(std::make_unique<Bound>(session, parameters, columns)) {
  translated(session, [&] {
    auto& prepared = bound_->statement;
    use(prepared, bound_->parameters);
    for (auto& cell : bound_->columns) {
      prepared.exchange(soci::into(cell.value, cell.indicator));
    }
    prepared.alloc();
    prepared.prepare(statement);
    prepared.define_and_bind();
  });
}

PreparedQuery::~PreparedQuery() = default;

std::vector<std::vector<Text>> PreparedQuery::run(const std::vector<Text>& parameters) {
  bound_->set(parameters);
  return translated(bound_->session, [&] {
    std::vector<std::vector<Text>> rows;
    auto& statement = bound_->statement;
    for (bool more = statement.execute(true); more; more = statement.fetch()) {
      auto& row = rows.emplace_back();
      for (const auto& cell : bound_->columns) row.push_back(cell.text());
    }
    return rows;
  });
}

std::size_t PreparedQuery::change(const std::vector<Text>& parameters) {
  bound_->set(parameters);
  return translated(bound_->session, [&] {
    bound_->statement.execute(true);
    return static_cast<std::size_t>(std::max(0LL, bound_->statement.get_affected_rows()));
  });
}

std::string Placeholders::add(const Text& value) {
  const auto [known, is_new] = known_.try_emplace(value, values_.size());
  if (is_new) values_.push_back(value);
  return fmt::format(":p{}", known->second);
}

}  // namespace notes::db
