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

/// What is logged while it lives is of this request.
class RequestScope {
 public:
  explicit RequestScope(const Request& request)
      : name_("request_id", request.request_id),
        trace_("trace_id", std::string(request.trace.trace_id())) {}

 private:
  telemetry::LogScope name_;
  telemetry::LogScope trace_;
};

std::chrono::steady_clock::time_point earliest_deadline(std::span<const Arrival> arrivals) {
  auto earliest = std::chrono::steady_clock::time_point::max();
  for (const auto& arrival : arrivals) earliest = std::min(earliest, arrival.request.deadline);
  return earliest;
}

/// Whether what has failed for several may go well for one of them.
bool may_go_well_alone(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.code() != ErrorCode::unreachable && error.code() != ErrorCode::overloaded;
  } catch (...) {
    return true;
  }
}

std::vector<Outcome> outcomes_of(const Lane& lane, std::span<const Arrival> arrivals) {
  const DeadlineScope deadline(earliest_deadline(arrivals));
  std::exception_ptr failure;
  try {
    return lane.handler(arrivals);
  } catch (...) {
    failure = std::current_exception();
  }
  if (arrivals.size() == 1 || !may_go_well_alone(failure)) {
    return std::vector<Outcome>(arrivals.size(), Outcome(failure));
  }
  std::vector<Outcome> outcomes;
  for (const auto& arrival : arrivals) {
    // They live until the request is answered.
    outcomes.emplace_back(
        [&route = arrival.route, &request = arrival.request] { return route.handler(request); });
  }
  return outcomes;
}

Response answer_of(Outcome&& outcome) {
  if (auto* failure = std::get_if<std::exception_ptr>(&outcome)) std::rethrow_exception(*failure);
  return std::get<Response>(std::move(outcome));
}

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
  return run(route, request, [&] { return route.handler(request); });
}

Response Pipeline::run(const Route& route, const Request& request, const Alone& alone) const {
  const DeadlineScope deadline(request.deadline);
  const RequestScope scope(request);
  auto response = handle(route, request, alone);
  complete(route, request, response);
  return response;
}

std::vector<std::variant<Response, Alone>> Pipeline::run_together(
    const Lane& lane, std::span<const Arrival> arrivals) const {
  auto outcomes = outcomes_of(lane, arrivals);
  std::vector<std::variant<Response, Alone>> answers;
  answers.reserve(outcomes.size());
  for (std::size_t at = 0; at < outcomes.size(); ++at) {
    const auto& [route, request] = arrivals[at];
    auto& outcome = outcomes[at];
    if (auto* alone = std::get_if<Alone>(&outcome)) {
      answers.emplace_back(std::move(*alone));
      continue;
    }
    std::optional<RequestScope> scope;
    if (std::holds_alternative<std::exception_ptr>(outcome)) scope.emplace(request);
    auto response = handle(route, request, [&] { return answer_of(std::move(outcome)); });
    if (compression_ && is_to_be_coded(request, response, kMostOnWorker)) {
      answers.emplace_back([response = std::move(response)] { return response; });
      continue;
    }
    complete(route, request, response);
    answers.emplace_back(std::move(response));
  }
  return answers;
}

void Pipeline::complete(const Route& route, const Request& request, Response& response) const {
  if (request.allowance) address_limiter_->describe(*request.allowance, response.headers);
  if (compression_) {
    encode(request, response, route.runs == Runs::inline_ ? kMostInline : kMostOnWorker);
  }
}

template <typename Work>
Response Pipeline::handle(const Route& route, const Request& request, Work work) const {
  try {
    Response response = work();
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
  const RequestScope scope(request);
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
