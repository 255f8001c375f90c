#include "api/operation_parts.hpp"
#include "api/operations.hpp"
#include "api/search_request.hpp"

namespace notes::api {

std::vector<http::Operation> search_operations() {
  return {
      {.id = "search_notes",
       .tag = "Notes",
       .summary = "Finds notes by what stands in their titles, bodies and tags",
       .description =
           "Those made last come first. Case, diacritics and width make no difference; in Chinese, "
           "Japanese and Korean a query is found wherever it stands. Each parameter stands once; "
           "one that is not listed here is refused.",
       .parameters = SearchRequest::parameters(),
       .answers = {{.status = 200,
                    .description = "A page of what was found.",
                    .contents = json_of("FoundPage"),
                    .fields = {next_page_field()}}},
       .refusals = {malformed(), invalid()}}};
}

}  // namespace notes::api
