#include "http/pipeline.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "base/uuid.hpp"
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

constexpr std::initializer_list<Method> kEveryMethod{Method::get,    Method::head,  Method::post,
                                                     Method::put,    Method::patch, Method::delete_,
                                                     Method::options};

}  // namespace

Pipeline::Pipeline(Router router, telemetry::Logger& logger)
    : router_(std::move(router)), logger_(logger) {}

void Pipeline::identify(Request& request) const {
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
  return {nullptr, allow(request.method == Method::options ? 204 : 405, match.allowed, request)};
}

Response Pipeline::run(const Route& route, const Request& request) const {
  const telemetry::LogScope scope("request_id", request.request_id);
  try {
    Response response = route.handler(request);
    if (!is_writable(response)) {
      throw Error(ErrorCode::internal,
                  std::string(route.operation) + " answered what HTTP cannot carry");
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

Response Pipeline::refuse(const Rejection& rejection, const Request& request) const {
  return respond(Problem{.status = rejection.status,
                         .title = {},
                         .detail = std::string(rejection.detail),
                         .errors = {}},
                 request);
}

Response Pipeline::explain(const Error& error, const Request& request) const {
  const auto level = telemetry::level_of(error.code());
  if (logger_.enabled(level)) {
    const telemetry::Field fields[] = {{"method", to_string(request.method)},
                                       {"path", std::string_view(request.path)},
                                       {"code", to_string(error.code())},
                                       {"error", std::string_view(error.what())}};
    logger_.log(level, "request failed", fields);
  }
  return respond(problem_of(error), request);
}

}  // namespace notes::http
