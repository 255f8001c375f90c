#include "api/search_request.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace notes::api {
namespace {

using http::Schema;

/// What a list takes and a search does not: it has one order and counts nothing.
bool of_lists_only(std::string_view name) { return name == "sort" || name == "include_total"; }

/// The query, when it is there once and can be searched for.
domain::SearchQuery read_query(const http::Request& request) {
  std::vector<Violation> violations;
  const auto given = [](const auto& parameter) { return parameter.first == "q"; };
  const auto times = std::count_if(request.query.begin(), request.query.end(), given);
  if (times == 0) violations.push_back({"q", "required", "must be given"});
  if (times > 1) violations.push_back({"q", "repeated", "must stand once"});
  for (const auto& [name, value] : request.query) {
    if (of_lists_only(name)) {
      violations.push_back({name, "unknown", "is not a parameter of a search"});
    }
  }
  domain::SearchQuery query;
  if (times == 1) query = domain::read_search_query(*request.query_value("q"), violations);
  if (!violations.empty()) throw Error(std::move(violations));
  return query;
}

}  // namespace

SearchRequest SearchRequest::from(const http::Request& request, const domain::Actor& actor,
                                  const identity::TokenSigner& signer) {
  SearchRequest asked;
  asked.search.query = read_query(request);
  http::Request list;
  list.query = request.query;
  std::erase_if(list.query, [](const auto& parameter) { return parameter.first == "q"; });
  asked.page =
      PageRequest::from(list, actor, signer, "search\n" + std::string(*request.query_value("q")));
  if (!request.query_value("fields")) asked.page.fields.reset(*note_field("body"));
  asked.search.filter = asked.page.query.filter;
  asked.search.limit = asked.page.query.limit;
  asked.search.after = asked.page.query.after;
  return asked;
}

std::vector<http::Parameter> SearchRequest::parameters() {
  std::vector<http::Parameter> parameters{
      {.in = http::In::query,
       .name = "q",
       .description = "Words, prefix*, \"phrases\", -not, tag:name; all of them must hold.",
       .schema = Schema::text(1, domain::kMaxQueryCharacters),
       .need = Schema::Need::required}};
  for (auto& parameter : PageRequest::parameters()) {
    if (of_lists_only(parameter.name)) continue;
    if (parameter.name == "fields") {
      parameter.description = "The members wanted of each note; all but body unless given.";
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

}  // namespace notes::api
