#include "http/problem.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "http/utf8.hpp"

namespace notes::http {
namespace {

struct NamedStatus {
  int status;
  std::string_view phrase;
};

// RFC 9110 §15, RFC 6585 and RFC 4918 (422 stands in RFC 9110): the registered ones that this
// project answers.
constexpr std::array kPhrases{
    NamedStatus{200, "OK"},
    NamedStatus{201, "Created"},
    NamedStatus{202, "Accepted"},
    NamedStatus{204, "No Content"},
    NamedStatus{206, "Partial Content"},
    NamedStatus{301, "Moved Permanently"},
    NamedStatus{302, "Found"},
    NamedStatus{303, "See Other"},
    NamedStatus{304, "Not Modified"},
    NamedStatus{307, "Temporary Redirect"},
    NamedStatus{308, "Permanent Redirect"},
    NamedStatus{400, "Bad Request"},
    NamedStatus{401, "Unauthorized"},
    NamedStatus{403, "Forbidden"},
    NamedStatus{404, "Not Found"},
    NamedStatus{405, "Method Not Allowed"},
    NamedStatus{406, "Not Acceptable"},
    NamedStatus{408, "Request Timeout"},
    NamedStatus{409, "Conflict"},
    NamedStatus{410, "Gone"},
    NamedStatus{412, "Precondition Failed"},
    NamedStatus{413, "Content Too Large"},
    NamedStatus{414, "URI Too Long"},
    NamedStatus{415, "Unsupported Media Type"},
    NamedStatus{416, "Range Not Satisfiable"},
    NamedStatus{417, "Expectation Failed"},
    NamedStatus{422, "Unprocessable Content"},
    NamedStatus{428, "Precondition Required"},
    NamedStatus{429, "Too Many Requests"},
    NamedStatus{431, "Request Header Fields Too Large"},
    NamedStatus{500, "Internal Server Error"},
    NamedStatus{501, "Not Implemented"},
    NamedStatus{502, "Bad Gateway"},
    NamedStatus{503, "Service Unavailable"},
    NamedStatus{504, "Gateway Timeout"},
    NamedStatus{505, "HTTP Version Not Supported"},
};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_member(Writer& writer, std::string_view name, std::string_view value) {
  const std::string text = scrub_utf8(value);
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

/// The status that one of several things that were refused together would have had alone: its code
/// is the name of its error then.
std::optional<int> status_alone(std::string_view code) {
  for (const auto cause : {ErrorCode::not_found, ErrorCode::conflict, ErrorCode::stale}) {
    if (code == to_string(cause)) return status_of(cause);
  }
  return std::nullopt;
}

void write_errors(Writer& writer, const std::vector<Violation>& errors) {
  writer.Key("errors");
  writer.StartArray();
  for (const auto& violation : errors) {
    writer.StartObject();
    write_member(writer, "pointer", violation.pointer);
    write_member(writer, "code", violation.code);
    write_member(writer, "detail", violation.detail);
    if (const auto status = status_alone(violation.code)) {
      writer.Key("status");
      writer.Int(*status);
    }
    writer.EndObject();
  }
  writer.EndArray();
}

void write_policies(Writer& writer, const std::vector<std::string>& policies) {
  writer.Key("violated-policies");
  writer.StartArray();
  for (const auto& policy : policies) {
    writer.String(policy.data(), static_cast<rapidjson::SizeType>(policy.size()));
  }
  writer.EndArray();
}

}  // namespace

std::string_view phrase(int status) {
  const auto found =
      std::lower_bound(kPhrases.begin(), kPhrases.end(), status,
                       [](const NamedStatus& named, int value) { return named.status < value; });
  return found != kPhrases.end() && found->status == status ? found->phrase : "Unassigned";
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::malformed:
      return 400;
    case ErrorCode::invalid:
      return 422;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::forbidden:
    case ErrorCode::refused:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::stale:
      return 412;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::unsupported:
      return 415;
    case ErrorCode::unconfirmed:
      return 428;
    case ErrorCode::locked:
    case ErrorCode::unreachable:
    case ErrorCode::overloaded:
    case ErrorCode::pending:
    case ErrorCode::interrupted:
      return 503;
    case ErrorCode::deadline_exceeded:
      return 504;
    case ErrorCode::statement_failed:
    case ErrorCode::inconsistent:
    case ErrorCode::altered:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

Problem problem_of(const Error& error) {
  const int status = status_of(error.code());
  if (status >= 500) return {.status = status, .title = {}, .detail = {}, .errors = {}};
  return {.status = status, .title = {}, .detail = error.what(), .errors = error.violations()};
}

Schema problem_schema() {
  using Need = Schema::Need;
  const auto violation = Schema::object(
      {{"pointer",
        Schema::text().described("A JSON pointer into the body, or a parameter's name.")},
       {"code", Schema::text().described("What is wrong, for a program.")},
       {"detail", Schema::text().described("What is wrong, for a person.")},
       {"status",
        Schema::integer(400, 599).described(
            "Of one part of several: what it would have been alone."),
        Need::optional}});
  return Schema::object(
             {{"type", Schema::text()
                           .with_format("uri-reference")
                           .described("about:blank where the status says it all; else where the "
                                      "meaning can be read.")},
              {"title", Schema::text()},
              {"status", Schema::integer(400, 599)},
              {"detail", Schema::text(), Need::optional},
              {"instance", Schema::text(), Need::optional},
              {"request_id", Schema::text(), Need::optional},
              {"errors", Schema::array(violation), Need::optional},
              {"violated-policies",
               Schema::array(Schema::text()).described("Of quota-exceeded: the quotas."),
               Need::optional}})
      .described("What went wrong (RFC 9457).");
}

Response respond(const Problem& problem, const Request& request) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  write_member(writer, "type", problem.type);
  write_member(writer, "title", problem.title.empty() ? phrase(problem.status) : problem.title);
  writer.Key("status");
  writer.Int(problem.status);
  if (!problem.detail.empty()) write_member(writer, "detail", problem.detail);
  if (!request.path.empty()) write_member(writer, "instance", request.path);
  if (!request.request_id.empty()) write_member(writer, "request_id", request.request_id);
  if (!problem.errors.empty()) write_errors(writer, problem.errors);
  if (!problem.violated_policies.empty()) write_policies(writer, problem.violated_policies);
  writer.EndObject();
  auto response =
      respond(problem.status, kProblemMediaType, std::string(buffer.GetString(), buffer.GetSize()));
  // Trying again is worth it as soon as what is missing has come back.
  if (problem.status == 503) response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace notes::http
