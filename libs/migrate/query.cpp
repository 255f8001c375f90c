#include "migrate/query.hpp"

#include <fmt/format.h>
#include <soci/soci.h>

namespace notes::migrate {

std::vector<Row> query(db::Session& session, const std::string& statement,
                       const std::vector<std::string>& parameters) {
  try {
    soci::row columns;
    soci::statement select(session.soci());
    for (std::size_t at = 0; at < parameters.size(); ++at) {
      select.exchange(soci::use(parameters[at], fmt::format("p{}", at)));
    }
    select.alloc();
    select.prepare(statement);
    select.define_and_bind();
    select.exchange_for_rowset(soci::into(columns));
    std::vector<Row> rows;
    for (bool more = select.execute(true); more; more = select.fetch()) {
      Row row;
      for (std::size_t at = 0; at < columns.size(); ++at) {
        row.push_back(columns.get_indicator(at) == soci::i_null ? ""
                                                                : columns.get<std::string>(at));
      }
      rows.push_back(std::move(row));
    }
    return rows;
  } catch (const soci::soci_error& error) {
    if (auto said = session.dialect().translate(session, error)) throw *std::move(said);
    throw;
  }
}

}  // namespace notes::migrate
