#include "api/operation_parts.hpp"
#include "api/operations.hpp"
#include "http/problem.hpp"

namespace notes::api {
namespace {

using http::Operation;
using http::Schema;

constexpr std::string_view kTag = "Service";

Operation health(std::string_view id, std::string_view description) {
  return {.id = id,
          .tag = kTag,
          .summary = "Whether this process answers",
          .description = description,
          .answers = {{.status = 200, .description = "It does.", .contents = json_of("Health")}}};
}

Operation get_readiness() {
  return {.id = "get_readiness",
          .tag = kTag,
          .summary = "Whether this process can serve",
          .answers = {{.status = 200, .description = "It can.", .contents = json_of("Readiness")},
                      {.status = 503,
                       .description = "It cannot, and the checks say why; or, as a problem, it is "
                                      "too busy to be asked.",
                       .contents = {{kJson, Schema::reference("Readiness")},
                                    {http::kProblemMediaType, Schema::reference("Problem")}},
                       .fields = {{.name = "Retry-After",
                                   .description = "Seconds until it is worth trying again; with a "
                                                  "problem.",
                                   .schema = Schema::integer(0),
                                   .need = Schema::Need::optional}}}}};
}

Operation ping() {
  return {.id = "ping",
          .tag = kTag,
          .summary = "Answers pong",
          .answers = {{.status = 200,
                       .description = "The word.",
                       .contents = {{"text/plain", Schema::one_of({"pong"})}}}}};
}

}  // namespace

std::vector<Operation> probe_operations() {
  return {health("get_health", "The database is not asked."),
          health("get_api_health", "As /healthz, where only /api is let through."), get_readiness(),
          ping()};
}

}  // namespace notes::api
