#include "api/revision_request.hpp"

#include <array>
#include <limits>
#include <string>
#include <string_view>

#include "api/page_request.hpp"
#include "api/query_reader.hpp"

namespace notes::api {
namespace {

using http::Schema;

constexpr std::array<std::string_view, 2> kParameters{"before", "limit"};
constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();
constexpr QueryReader::Range kVersions{1, kNewest};
constexpr QueryReader::Range kLimits{1, PageRequest::kMostItems};

}  // namespace

std::vector<http::Parameter> RevisionRequest::parameters() {
  return {{.name = "before",
           .description = "Only versions before this one: the next_before of the page before.",
           .schema = Schema::integer(1)},
          {.name = "limit",
           .description = "How many versions a page has at most.",
           .schema = Schema::integer(1, PageRequest::kMostItems)
                         .with_default(std::to_string(PageRequest::kDefaultLimit))}};
}

RevisionRequest RevisionRequest::from(const http::Request& request) {
  QueryReader reader(request);
  reader.check_names(kParameters, "a list of revisions");
  RevisionRequest asked;
  asked.before = reader.number("before", kVersions).value_or(kNewest);
  asked.limit = static_cast<std::size_t>(
      reader.number("limit", kLimits).value_or(PageRequest::kDefaultLimit));
  reader.finish();
  return asked;
}

}  // namespace notes::api
