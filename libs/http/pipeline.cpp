#include "http/pipeline.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "base/deadline.hpp"
#include "base/uuid.hpp"
#include "http/content_coding.hpp"
#include "http/problem.hpp"
#include "http/writer.hpp"

namespace notes::http {
namespace {

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::string join(const std::vector<Method>& methods) {
  std::string list;
  for (const Method method : methods) {
    if (!list.empty()) list += ", ";
    list += to_string(method);
  }
  return list;
}

Response allow(int status, const std::vector<Method>& methods, const Request& request) {
  Response response =
      status == 204
          ? Response{.status = 204, .headers = {}, .body = {}}
          : respond(Problem{.status = status, .title = {}, .detail = {}, .errors = {}}, request);
  response.headers.add("Allow", join(methods));
  return response;
}

/// The value of a field that may stand once; nullopt when it stands more often, or not at all.
std::optional<std::string_view> only(const Headers& headers, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto [field_name, value] : headers.fields()) {
    if (!equal_ignoring_case(field_name, name)) continue;
    if (found) return std::nullopt;
    found = value;
  }
  return found;
}

/// The largest body that is coded on an I/O thread, which everybody else waits for (0.5 ms), and on
/// a worker (80 ms).
constexpr std::size_t kMostInline = std::size_t{64} * 1024;
constexpr std::size_t kMostOnWorker = std::size_t{8} * 1024 * 1024;

constexpr std::initializer_list<Method> kEveryMethod{Method::get,    Method::head,  Method::post,
                                                     Method::put,    Method::patch, Method::delete_,
                                                     Method::options};

}  // namespace

Pipeline::Pipeline(Router router, const config::ServerSettings& settings, telemetry::Logger& logger,
                   telemetry::Metrics& metrics)
    : router_(std::move(router)),
      forwarding_(settings.trusted_proxies),
      policy_(settings),
      compression_(settings.compression),
      address_limiter_(settings.address_quota ? std::make_unique<RateLimiter>(
                                                    "address", *settings.address_quota, metrics)
                                              : nullptr),
      logger_(logger) {}

void Pipeline::identify(Request& request) const {
  forwarding_.resolve(request);
  request.trace = TraceParent::of(only(request.headers, "traceparent"));
  if (compression_) strip_coding(request);
  const auto offered = request.headers.find("X-Request-Id");
  request.request_id = offered && is_request_id(*offered) ? std::string(*offered)
                                                          : to_string(Uuid::make_v7(clock_.now()));
}

Plan Pipeline::plan(Request& request) const {
  if (request.path == "*") return {nullptr, allow(204, kEveryMethod, request)};
  Match match = router_.match(request.method, request.path);
  if (match.route != nullptr) {
    request.path_values = std::move(match.values);
    return {match.route, std::nullopt};
  }
  if (match.allowed.empty()) {
    return {nullptr,
            respond(Problem{.status = 404, .title = {}, .detail = {}, .errors = {}}, request)};
  }
  if (request.method != Method::options) return {nullptr, allow(405, match.allowed, request)};
  auto answer = allow(204, match.allowed, request);
  policy_.cors().answer_preflight(request, match.allowed, answer);
  return {nullptr, std::move(answer)};
}

std::optional<Response> Pipeline::admit(const Route& route, Request& request, TimePoint now) const {
  if (!address_limiter_ || route.runs == Runs::inline_) return std::nullopt;
  request.allowance = address_limiter_->take(client_key(request.client), now);
  if (request.allowance->allowed) return std::nullopt;
  return address_limiter_->refuse(*request.allowance, request);
}

Response Pipeline::run(const Route& route, const Request& request) const {
  const DeadlineScope deadline(request.deadline);
  const telemetry::LogScope name("request_id", request.request_id);
  const telemetry::LogScope trace("trace_id", std::string(request.trace.trace_id()));
  auto response = handle(route, request);
  if (request.allowance) address_limiter_->describe(*request.allowance, response.headers);
  if (compression_) {
    encode(request, response, route.runs == Runs::inline_ ? kMostInline : kMostOnWorker);
  }
  return response;
}

Response Pipeline::handle(const Route& route, const Request& request) const {
  try {
    Response response = route.handler(request);
    if (!is_writable(response)) {
      throw Error(ErrorCode::internal,
                  std::string(route.operation) + " answered what HTTP cannot carry");
    }
    if (response.rest && route.runs == Runs::inline_) {
      throw Error(ErrorCode::internal,
                  std::string(route.operation) + " runs inline and answers piece by piece");
    }
    return response;
  } catch (const Error& error) {
    return explain(error, request);
  } catch (const std::exception& error) {
    return explain(Error(ErrorCode::internal, error.what()), request);
  } catch (...) {
    return explain(Error(ErrorCode::internal, "an exception that is no std::exception"), request);
  }
}

Piece Pipeline::next_piece(const BodySource& source, const Request& request) const {
  const DeadlineScope deadline(request.deadline);
  const telemetry::LogScope name("request_id", request.request_id);
  const telemetry::LogScope trace("trace_id", std::string(request.trace.trace_id()));
  const auto failed = [&](const Error& error) {
    log(error, request);
    return Piece{.bytes = {}, .failed = problem_of(error).status};
  };
  try {
    return {.bytes = source()};
  } catch (const Error& error) {
    return failed(error);
  } catch (const std::exception& error) {
    return failed(Error(ErrorCode::internal, error.what()));
  } catch (...) {
    return failed(Error(ErrorCode::internal, "an exception that is no std::exception"));
  }
}

Response Pipeline::refuse(const Rejection& rejection, const Request& request) const {
  return respond(Problem{.status = rejection.status,
                         .title = {},
                         .detail = std::string(rejection.detail),
                         .errors = {}},
                 request);
}

Response Pipeline::explain(const Error& error, const Request& request) const {
  log(error, request);
  return respond(problem_of(error), request);
}

void Pipeline::log(const Error& error, const Request& request) const {
  const auto level = telemetry::level_of(error.code());
  if (!logger_.enabled(level)) return;
  const telemetry::Field fields[] = {{"method", to_string(request.method)},
                                     {"path", std::string_view(request.path)},
                                     {"code", to_string(error.code())},
                                     {"error", std::string_view(error.what())}};
  logger_.log(level, "request failed", fields);
}

}  // namespace notes::http
