#include "http/openapi.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "base/error.hpp"
#include "http/problem.hpp"
#include "http/server_contract.hpp"

namespace notes::http {
namespace {

/// One operation with every address that it has.
struct Documented {
  const Route* route = nullptr;
  const Operation* operation = nullptr;
  std::vector<std::string_view> other_patterns = {};
};

/// JSON put together of texts that are JSON already.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, const std::string& json) {
    if (text_.size() > 1) text_ += ',';
    text_.append(json_string(name)).append(":").append(json);
    return *this;
  }
  JsonObject& add_text(std::string_view name, std::string_view text) {
    return text.empty() ? *this : add(name, json_string(text));
  }
  bool empty() const { return text_.size() == 1; }
  std::string json() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

std::string array_of(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ","));
}

std::string reference(std::string_view kind, std::string_view name) {
  return JsonObject().add_text("$ref", fmt::format("#/components/{}/{}", kind, name)).json();
}

/// "Not Found" as a component's name: "NotFound".
std::string component_name(int status) {
  std::string name(phrase(status));
  std::erase_if(name, [](char c) { return c == ' ' || c == '-'; });
  return name;
}

std::string field_json(const Field& field) {
  JsonObject object;
  object.add_text("description", field.description);
  if (field.need == Schema::Need::required) object.add("required", "true");
  return object.add("schema", field.schema.json()).json();
}

std::string fields_json(const std::vector<Field>& fields) {
  JsonObject object;
  for (const auto& field : server_fields()) {
    const bool told = std::any_of(fields.begin(), fields.end(),
                                  [&](const Field& own) { return own.name == field.name; });
    if (!told) object.add(field.name, reference("headers", field.name));
  }
  for (const auto& field : fields) object.add(field.name, field_json(field));
  return object.json();
}

std::string contents_json(const std::vector<Content>& contents) {
  JsonObject object;
  for (const auto& content : contents) {
    object.add(content.media_type, JsonObject().add("schema", content.schema.json()).json());
  }
  return object.json();
}

std::string answer_json(const Answer& answer) {
  JsonObject object;
  object.add_text("description", answer.description).add("headers", fields_json(answer.fields));
  if (!answer.contents.empty()) object.add("content", contents_json(answer.contents));
  return object.json();
}

std::string refusal_json(const Refusal& refusal) {
  return answer_json({.status = refusal.status,
                      .description = refusal.when,
                      .contents = {{kProblemMediaType, Schema::reference("Problem")}},
                      .fields = refusal.fields});
}

std::string answers_json(const Operation& operation) {
  std::map<int, std::string> by_status;
  for (const auto& answer : operation.answers) by_status[answer.status] = answer_json(answer);
  for (const auto& refusal : operation.refusals) by_status[refusal.status] = refusal_json(refusal);
  for (const auto& refusal : server_refusals()) {
    by_status.try_emplace(refusal.status, reference("responses", component_name(refusal.status)));
  }
  JsonObject object;
  for (const auto& [status, json] : by_status) object.add(std::to_string(status), json);
  return object.json();
}

std::string_view to_string(In in) {
  switch (in) {
    case In::path:
      return "path";
    case In::query:
      return "query";
    case In::header:
      return "header";
  }
  return "";
}

std::string parameter_json(const Parameter& parameter) {
  JsonObject object;
  object.add_text("name", parameter.name).add_text("in", to_string(parameter.in));
  object.add_text("description", parameter.description);
  if (parameter.in == In::path || parameter.need == Schema::Need::required) {
    object.add("required", "true");
  }
  return object.add("schema", parameter.schema.json()).json();
}

std::string security_json(const std::vector<Credential>& credentials) {
  std::vector<std::string> alternatives;
  for (const auto& credential : credentials) {
    std::vector<std::string> scopes;
    for (const auto& scope : credential.scopes) scopes.push_back(json_string(scope));
    alternatives.push_back(JsonObject().add(credential.scheme, array_of(scopes)).json());
  }
  return array_of(alternatives);
}

std::string scheme_json(const CredentialScheme& scheme) {
  JsonObject object;
  switch (scheme.kind) {
    case CredentialScheme::Kind::bearer:
      object.add_text("type", "http").add_text("scheme", "bearer");
      break;
    case CredentialScheme::Kind::cookie:
      object.add_text("type", "apiKey").add_text("in", "cookie").add_text("name", scheme.cookie);
      break;
  }
  return object.add_text("description", scheme.description).json();
}

std::string operation_json(const Documented& documented) {
  const Operation& operation = *documented.operation;
  std::string description(operation.description);
  if (!documented.other_patterns.empty()) {
    description += fmt::format("{}The same at {}.", description.empty() ? "" : " ",
                               fmt::join(documented.other_patterns, " and "));
  }
  JsonObject object;
  object.add("tags", array_of({json_string(operation.tag)}))
      .add_text("summary", operation.summary)
      .add_text("description", description)
      .add_text("operationId", operation.id);
  if (!operation.parameters.empty()) {
    std::vector<std::string> parameters;
    for (const auto& parameter : operation.parameters) {
      parameters.push_back(parameter_json(parameter));
    }
    object.add("parameters", array_of(parameters));
  }
  if (!operation.body.empty()) {
    object.add(
        "requestBody",
        JsonObject().add("required", "true").add("content", contents_json(operation.body)).json());
  }
  return object.add("security", security_json(operation.credentials))
      .add("responses", answers_json(operation))
      .json();
}

void check_parameters(const Route& route, const Operation& operation) {
  const auto names = names_in(route.pattern);
  for (const auto name : names) {
    const bool described = std::any_of(
        operation.parameters.begin(), operation.parameters.end(),
        [&](const auto& parameter) { return parameter.in == In::path && parameter.name == name; });
    if (!described) {
      throw Error(ErrorCode::internal,
                  fmt::format("the operation {} does not say what {{{}}} is", operation.id, name));
    }
  }
}

std::vector<Documented> match_rows(const std::vector<Route>& routes,
                                   const std::vector<Operation>& operations) {
  std::vector<Documented> matched;
  for (const auto& route : routes) {
    const auto known = std::find_if(
        matched.begin(), matched.end(),
        [&](const Documented& documented) { return documented.operation->id == route.operation; });
    if (known != matched.end()) {
      known->other_patterns.push_back(route.pattern);
      continue;
    }
    const auto operation =
        std::find_if(operations.begin(), operations.end(),
                     [&](const Operation& candidate) { return candidate.id == route.operation; });
    if (operation == operations.end()) {
      throw Error(ErrorCode::internal,
                  fmt::format("the route {} {} has no operation {}", to_string(route.method),
                              route.pattern, route.operation));
    }
    check_parameters(route, *operation);
    matched.push_back({.route = &route, .operation = &*operation});
  }
  for (const auto& operation : operations) {
    if (std::none_of(routes.begin(), routes.end(),
                     [&](const Route& route) { return route.operation == operation.id; })) {
      throw Error(ErrorCode::internal, fmt::format("no route has the operation {}", operation.id));
    }
  }
  return matched;
}

std::string lower_case(std::string_view method) {
  std::string lower(method);
  for (char& c : lower) c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string paths_json(const std::vector<Documented>& documented) {
  std::vector<std::pair<std::string_view, JsonObject>> paths;
  for (const auto& each : documented) {
    const std::string_view pattern = each.route->pattern;
    auto path = std::find_if(paths.begin(), paths.end(),
                             [&](const auto& known) { return known.first == pattern; });
    if (path == paths.end()) path = paths.emplace(paths.end(), pattern, JsonObject());
    path->second.add(lower_case(to_string(each.route->method)), operation_json(each));
  }
  JsonObject object;
  for (const auto& [pattern, item] : paths) object.add(pattern, item.json());
  return object.json();
}

std::string components_json(const ApiDescription& api) {
  JsonObject schemas;
  for (const auto& named : api.schemas) schemas.add(named.name, named.schema.json());
  schemas.add("Problem", problem_schema().json());
  JsonObject responses;
  for (const auto& refusal : server_refusals()) {
    responses.add(component_name(refusal.status), refusal_json(refusal));
  }
  JsonObject headers;
  for (const auto& field : server_fields()) headers.add(field.name, field_json(field));
  JsonObject credentials;
  for (const auto& scheme : api.credentials) credentials.add(scheme.name, scheme_json(scheme));
  return JsonObject()
      .add("securitySchemes", credentials.json())
      .add("schemas", schemas.json())
      .add("responses", responses.json())
      .add("headers", headers.json())
      .json();
}

std::string info_json(const ApiDescription& api) {
  return JsonObject()
      .add_text("title", api.title)
      .add_text("description", api.description)
      .add_text("version", api.version)
      .json();
}

std::string tags_json(const std::vector<Tag>& tags) {
  std::vector<std::string> items;
  for (const auto& tag : tags) {
    items.push_back(
        JsonObject().add_text("name", tag.name).add_text("description", tag.description).json());
  }
  return array_of(items);
}

/// The indented text with each reference on one line: half of the document is references.
std::string with_short_references(std::string_view text) {
  constexpr std::string_view kBegin = "{\n";
  constexpr std::string_view kReference = "\"$ref\": ";
  std::string shorter;
  for (;;) {
    const auto brace = text.find(kBegin);
    if (brace == std::string_view::npos) return shorter.append(text);
    const auto member = text.find_first_not_of(' ', brace + kBegin.size());
    if (!text.substr(member).starts_with(kReference)) {
      shorter.append(text.substr(0, member));
      text.remove_prefix(member);
      continue;
    }
    // It is the only member: the next line closes the object.
    const auto end = text.find('\n', member);
    shorter.append(text.substr(0, brace)).append("{ ");
    shorter.append(text.substr(member, end - member)).append(" }");
    text.remove_prefix(text.find('}', end) + 1);
  }
}

std::string indented(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError()) {
    throw Error(ErrorCode::internal, "the OpenAPI document is no JSON: a schema's own text is not");
  }
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  document.Accept(writer);
  return with_short_references({buffer.GetString(), buffer.GetSize()}) + "\n";
}

}  // namespace

const std::vector<Refusal>& server_refusals() {
  static const std::vector<Refusal> refusals{
      {.status = 400, .when = "The request is not HTTP as RFC 9112 writes it."},
      {.status = 405,
       .when = "The path has no such method.",
       .fields = {{.name = "Allow",
                   .description = "The methods that the path has.",
                   .schema = Schema::text()}}},
      {.status = 408, .when = "The request did not arrive in time."},
      {.status = 413, .when = "The body is larger than server.max_body_bytes."},
      {.status = 414, .when = "The request line is larger than server.max_request_line."},
      {.status = 417, .when = "The request expects something else than 100-continue."},
      {.status = 429,
       .when = "The quota of the client's address (server.address_quota) is used up.",
       .fields = {{.name = "Retry-After",
                   .description = "Seconds until the next request is allowed.",
                   .schema = Schema::integer(1)},
                  {.name = "RateLimit-Policy",
                   .description = "The quota, by draft-ietf-httpapi-ratelimit-headers-10; other "
                                  "answers that it counts for have it too.",
                   .schema = Schema::text()},
                  {.name = "RateLimit",
                   .description = "What is left of it, by the same draft.",
                   .schema = Schema::text()}}},
      {.status = 431,
       .when = "The header fields are larger than server.max_header_bytes, or more than "
               "server.max_headers."},
      {.status = 500, .when = "A bug; its text is in the log, under the request's id."},
      {.status = 501, .when = "A method or a transfer coding that this server does not know."},
      {.status = 503,
       .when = "The server is full, or its database is away or not migrated.",
       .fields = {{.name = "Retry-After",
                   .description = "Seconds until it is worth trying again.",
                   .schema = Schema::integer(0)}}},
      {.status = 504, .when = "The answer was not ready in time."},
      {.status = 505, .when = "Another version of HTTP than 1.0 and 1.1."}};
  return refusals;
}

std::string openapi_document(const std::vector<Route>& routes, const ApiDescription& api) {
  const auto documented = match_rows(routes, api.operations);
  return indented(JsonObject()
                      .add_text("openapi", "3.1.0")
                      .add("info", info_json(api))
                      .add("servers", array_of({JsonObject().add_text("url", "/").json()}))
                      .add("tags", tags_json(api.tags))
                      .add("paths", paths_json(documented))
                      .add("components", components_json(api))
                      .json());
}

}  // namespace notes::http
