#include "api/change_feed.hpp"

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "api/json.hpp"
#include "api/page_request.hpp"
#include "api/query_reader.hpp"
#include "http/problem.hpp"

namespace notes::api {
namespace {

using http::Schema;

constexpr std::array<std::string_view, 3> kParameters{"since", "limit", "base"};
constexpr QueryReader::Range kSequences{0, std::numeric_limits<std::int64_t>::max()};
constexpr QueryReader::Range kLimits{1, PageRequest::kMostItems};

}  // namespace

std::vector<http::Parameter> change_parameters() {
  return {{.name = "since",
           .description = "The changes behind this number; 0 is from nothing.",
           .schema = Schema::integer(0).with_default("0")},
          {.name = "limit",
           .description = "How many changes a page has at most.",
           .schema = Schema::integer(1, PageRequest::kMostItems)
                         .with_default(std::to_string(PageRequest::kDefaultLimit))},
          {.name = "base",
           .description = "The base of the page before, while a client reads from nothing.",
           .schema = Schema::integer(0)}};
}

service::ChangeQuery read_change_query(const http::Request& request) {
  QueryReader reader(request);
  reader.check_names(kParameters, "the feed of changes");
  service::ChangeQuery query;
  query.since = reader.number("since", kSequences).value_or(0);
  query.limit = static_cast<std::size_t>(
      reader.number("limit", kLimits).value_or(PageRequest::kDefaultLimit));
  query.base = reader.number("base", kSequences);
  reader.finish();
  return query;
}

http::Response answer_changes(const http::Request& request,
                              const std::variant<service::ChangePage, service::FeedBroken>& read) {
  if (const auto* broken = std::get_if<service::FeedBroken>(&read)) {
    http::Problem problem{.status = 410, .title = {}, .detail = {}, .errors = {}};
    problem.type = kFeedBrokenType;
    problem.detail = fmt::format(
        "the feed of changes can be read from {} to {}, or from 0: drop what is held and begin "
        "anew, with since=0",
        broken->first, broken->last);
    return http::respond(problem, request);
  }
  const auto& page = std::get<service::ChangePage>(read);
  auto response = http::respond(200, "application/json", to_json(page));
  if (page.has_more) {
    http::Parameters next{{"since", std::to_string(page.next)}};
    if (page.base) next.emplace_back("base", std::to_string(*page.base));
    response.headers.add("Link", next_link(request, next));
  }
  return response;
}

}  // namespace notes::api
