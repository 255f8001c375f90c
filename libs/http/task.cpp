#include "http/task.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace notes::http {
namespace {

std::uint64_t client_of(const Request& request) {
  for (const std::string_view name : {"Authorization", "Cookie"}) {
    if (const auto shown = request.headers.find(name)) return std::hash<std::string_view>{}(*shown);
  }
  return std::hash<std::string_view>{}(request.client);
}

}  // namespace

Task::Task(Request task_request, const Route& task_route, Mailbox& mailbox,
           std::uint64_t connection, std::uint64_t sequence,
           std::shared_ptr<const BodySource> body_source)
    : request(std::move(task_request)),
      route(task_route),
      source(std::move(body_source)),
      mailbox_(mailbox),
      connection_(connection),
      sequence_(sequence),
      client_(client_of(request)) {}

bool Task::start() {
  auto expected = Phase::queued;
  // Too late to begin: the connection's own deadline gives it up and answers.
  if (std::chrono::steady_clock::now() >= request.deadline) return false;
  return phase_.compare_exchange_strong(expected, Phase::running);
}

bool Task::give_up() {
  auto expected = Phase::queued;
  return phase_.compare_exchange_strong(expected, Phase::given_up);
}

void Task::complete(std::variant<Response, Piece> result) const {
  mailbox_.post({connection_, sequence_, std::move(result)});
}

void Task::put_back(Alone alone) {
  alone_ = std::move(alone);
  phase_ = Phase::queued;
}

}  // namespace notes::http
