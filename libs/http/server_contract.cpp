#include "http/server_contract.hpp"

namespace notes::http {
namespace {

using Need = Schema::Need;

Field required(std::string_view name, std::string_view description, Schema schema) {
  return {.name = name, .description = description, .schema = std::move(schema)};
}

Field optional(std::string_view name, std::string_view description, Schema schema) {
  return {.name = name,
          .description = description,
          .schema = std::move(schema),
          .need = Need::optional};
}

}  // namespace

const std::vector<Field>& server_fields() {
  static const std::vector<Field> fields{
      required(
          "X-Request-Id",
          "The request's own, when it had 1 to 64 characters A-Za-z0-9._-, else a new one. The "
          "log lines of the request carry it.",
          Schema::pattern("[A-Za-z0-9._-]{1,64}")),
      required("X-Content-Type-Options", "The body is what Content-Type says.",
               Schema::one_of({"nosniff"})),
      required("Cross-Origin-Resource-Policy", "Pages of other sites may not embed it.",
               Schema::one_of({"same-origin"})),
      required("Referrer-Policy", "What other sites learn of where a reader came from.",
               Schema::one_of({"no-referrer", "same-origin"})),
      required("Content-Security-Policy", "What the body may load, if it is a page.",
               Schema::text(1)),
      optional("Cross-Origin-Opener-Policy", "Of pages.", Schema::one_of({"same-origin"})),
      optional("Permissions-Policy", "Of pages.", Schema::text(1)),
      optional("Strict-Transport-Security", "Over https, where server.hsts_max_age is set.",
               Schema::pattern("max-age=[0-9]+")),
      optional("Vary", "The fields of the request that the answer depends on.", Schema::text(1)),
      optional("Content-Encoding", "Of bodies beyond 1 KiB, for who accepts it.",
               Schema::one_of({"gzip"})),
      optional("RateLimit-Policy",
               "The quota that the request counts for, by draft-ietf-httpapi-ratelimit-headers-10.",
               Schema::text(1)),
      optional("RateLimit", "What is left of the quota, by the same draft.", Schema::text(1)),
      optional("Access-Control-Allow-Origin", "A site of server.cors_origins may read it.",
               Schema::text(1)),
      optional("Access-Control-Allow-Credentials", "That site may send cookies.",
               Schema::one_of({"true"})),
      optional("Access-Control-Expose-Headers", "The fields that the site may read.",
               Schema::text(1))};
  return fields;
}

}  // namespace notes::http
