#include "api/operation_parts.hpp"

namespace notes::api {

using http::In;
using http::Schema;

std::vector<http::Content> json_of(std::string_view schema) {
  return {{kJson, Schema::reference(schema)}};
}

http::Parameter note_id_parameter() {
  return {.in = In::path, .name = "id", .description = "The note's id.", .schema = Schema::uuid()};
}

http::Parameter if_match_parameter() {
  return {.in = In::header,
          .name = "If-Match",
          .description = "The entity tags of the versions that may be changed, or * for any.",
          .schema = Schema::text(1)};
}

http::Parameter idempotency_parameter() {
  return {.in = In::header,
          .name = "Idempotency-Key",
          .description =
              "Made anew for each request: sent again with the same key within 24 hours, "
              "the request is not done again but answered as before.",
          .schema = Schema::pattern("[!-~]{1,255}")};
}

http::Field replayed_field() {
  return {.name = "Idempotent-Replayed",
          .description = "The answer is that of an earlier request with the same Idempotency-Key.",
          .schema = Schema::one_of({"true"}),
          .need = Schema::Need::optional};
}

http::Refusal under_way() {
  return {.status = 409,
          .when = "A request with the same Idempotency-Key is under way.",
          .fields = {{.name = "Retry-After",
                      .description = "Seconds until it is worth asking again.",
                      .schema = Schema::integer(0)}}};
}

http::Field etag_field() {
  return {.name = "ETag",
          .description =
              "The note's version in double quotes, with -gzip behind it where the "
              "body is coded; either is good in If-Match and If-None-Match.",
          .schema = Schema::pattern("\"[1-9][0-9]*(-gzip)?\"")};
}

http::Field location_field() {
  return {.name = "Location",
          .description = "The address of what was made.",
          .schema = Schema::text(1).with_format("uri-reference")};
}

http::Field next_page_field() {
  return {.name = "Link",
          .description = "The next page, rel=\"next\" (RFC 8288); not on the last.",
          .schema = Schema::text(1),
          .need = Schema::Need::optional};
}

http::Refusal malformed() {
  return {.status = 400,
          .when =
              "The body is not JSON, a field or a cursor cannot be read, or the request is not "
              "HTTP as RFC 9112 writes it."};
}

http::Refusal no_such_note() {
  return {.status = 404, .when = "There is no such note, or it is somebody else's."};
}

http::Refusal stale_version() {
  auto tag = etag_field();
  tag.need = Schema::Need::optional;
  return {.status = 412,
          .when =
              "The note is not in a version that the request allows to be changed; or the id is "
              "taken, which has no ETag.",
          .fields = {tag}};
}

http::Refusal unsupported_media_type() {
  return {.status = 415, .when = "The body is in another media type than is read here."};
}

http::Refusal invalid() {
  return {.status = 422, .when = "The body or a parameter breaks a rule: errors names each one."};
}

http::Refusal if_match_required() {
  return {.status = 428, .when = "If-Match is missing, and server.require_if_match is set."};
}

}  // namespace notes::api
