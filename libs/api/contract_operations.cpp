#include "api/operation_parts.hpp"
#include "api/operations.hpp"

namespace notes::api {
namespace {

using http::In;
using http::Operation;
using http::Schema;

constexpr std::string_view kTag = "Service";

http::Content page_content() { return {"text/html", Schema::text(1)}; }

std::vector<http::Field> file_fields() {
  return {{.name = "ETag", .description = "Of these bytes.", .schema = Schema::text(1)},
          {.name = "Cache-Control",
           .description = "It may be kept, and is asked for again each time.",
           .schema = Schema::one_of({"no-cache"})}};
}

http::Answer file_answer(std::string_view description, std::vector<http::Content> contents) {
  return {.status = 200,
          .description = description,
          .contents = std::move(contents),
          .fields = file_fields()};
}

http::Answer unchanged() {
  return {
      .status = 304,
      .description = "The client has it.",
      .fields = {{.name = "ETag", .description = "Of these bytes.", .schema = Schema::text(1)}}};
}

http::Field policy_field() {
  return {.name = "Content-Security-Policy",
          .description = "What the page may load: its own parts.",
          .schema = Schema::text(1)};
}

http::Parameter known_tags() {
  return {.in = In::header,
          .name = "If-None-Match",
          .description = "The entity tags of what the client has.",
          .schema = Schema::text(1)};
}

Operation get_home() {
  auto page = unchanged();
  auto policy = policy_field();
  policy.need = Schema::Need::optional;
  auto fields = file_fields();
  for (auto& field : fields) field.need = Schema::Need::optional;
  fields.push_back(policy);
  const http::Field vary{
      .name = "Vary", .description = "The answer depends on Accept.", .schema = Schema::text(1)};
  fields.push_back(vary);
  page.fields.push_back(policy_field());
  page.fields.push_back(vary);
  return {
      .id = "get_home",
      .tag = kTag,
      .summary = "What this service is and where its parts are; for people a page",
      .description = "The page has an ETag; the description has none.",
      .parameters = {{.in = In::header,
                      .name = "Accept",
                      .description = "text/html, preferred to application/json: the page.",
                      .schema = Schema::text()},
                     known_tags()},
      .answers = {{.status = 200,
                   .description = "Name, version and links, or the page.",
                   .contents = {{kJson, Schema::reference("ServiceDescription")}, page_content()},
                   .fields = std::move(fields)},
                  std::move(page)}};
}

/// A part of a page, by its name.
Operation get_file(std::string_view id, std::string_view summary) {
  const auto text = Schema::text();
  return {.id = id,
          .tag = kTag,
          .summary = summary,
          .parameters = {{.in = In::path,
                          .name = "file",
                          .description = "The file's name.",
                          .schema = Schema::text(1)},
                         known_tags()},
          .answers = {file_answer("The file.", {{"text/html", text},
                                                {"text/css", text},
                                                {"text/javascript", text},
                                                {"image/svg+xml", text}}),
                      unchanged()},
          .refusals = {{.status = 404, .when = "There is no such file."}}};
}

Schema document_schema() {
  return Schema::object({{"openapi", Schema::text(1)},
                         {"info", Schema::any()},
                         {"servers", Schema::any()},
                         {"tags", Schema::any()},
                         {"paths", Schema::any()},
                         {"components", Schema::any()}});
}

Operation get_openapi() {
  return {.id = "get_openapi",
          .tag = kTag,
          .summary = "This document",
          .parameters = {known_tags()},
          .answers = {file_answer("OpenAPI 3.1.", {{kJson, document_schema()}}), unchanged()}};
}

Operation get_docs() {
  auto page = file_answer("The page.", {page_content()});
  page.fields.push_back(policy_field());
  auto known = unchanged();
  known.fields.push_back(policy_field());
  return {.id = "get_docs",
          .tag = kTag,
          .summary = "This document, for people",
          .parameters = {known_tags()},
          .answers = {std::move(page), std::move(known)}};
}

Operation get_problem_type() {
  auto operation = get_docs();
  operation.id = "get_problem_type";
  operation.summary = "What a problem's type means, for people";
  operation.parameters.push_back({.in = In::path,
                                  .name = "name",
                                  .description = "What stands behind /problems/ in the type.",
                                  .schema = Schema::text(1)});
  operation.refusals = {{.status = 404, .when = "There is no such type."}};
  return operation;
}

}  // namespace

std::vector<Operation> contract_operations() {
  return {get_home(), get_file("get_page_file", "A part of the page at /"),     get_openapi(),
          get_docs(), get_file("get_docs_file", "A part of the page at /docs"), get_problem_type()};
}

}  // namespace notes::api
