#include "db/query.hpp"

#include <utility>

#include <fmt/format.h>
#include <soci/soci.h>

namespace notes::db {
namespace {

/// A parameter and whether it is NULL, where SOCI can refer to them.
struct Bound {
  std::string value;
  soci::indicator indicator = soci::i_null;
};

std::vector<Bound> bind(const std::vector<Text>& parameters) {
  std::vector<Bound> bound;
  bound.reserve(parameters.size());
  for (const auto& parameter : parameters) {
    bound.push_back({parameter.value_or(""), parameter ? soci::i_ok : soci::i_null});
  }
  return bound;
}

}  // namespace

std::vector<std::vector<Text>> query(Session& session, const std::string& statement,
                                     const std::vector<Text>& parameters) {
  try {
    auto bound = bind(parameters);
    soci::row columns;
    soci::statement prepared(session.soci());
    for (std::size_t at = 0; at < bound.size(); ++at) {
      prepared.exchange(soci::use(bound[at].value, bound[at].indicator, fmt::format("p{}", at)));
    }
    prepared.alloc();
    prepared.prepare(statement);
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
  } catch (const soci::soci_error& error) {
    if (auto said = session.dialect().translate(session, error)) throw *std::move(said);
    throw;
  }
}

}  // namespace notes::db
