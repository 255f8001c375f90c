#pragma once

#include <string_view>
#include <vector>

#include "http/operation.hpp"

/// What several operations have in common.
namespace notes::api {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kMergePatch = "application/merge-patch+json";

/// A body of the named schema as application/json.
std::vector<http::Content> json_of(std::string_view schema);

/// The {id} of a note's address.
http::Parameter note_id_parameter();
/// The versions that a change may begin from.
http::Parameter if_match_parameter();

/// The key under which a request may be sent again.
http::Parameter idempotency_parameter();
/// Whether the answer is that of an earlier request.
http::Field replayed_field();
/// 409 while a request with the same key is under way.
http::Refusal under_way();

/// The version of the note in the answer, as its entity tag.
http::Field etag_field();
/// Where the thing that was made is.
http::Field location_field();
/// Where the next page is, when there is one.
http::Field next_page_field();

/// 400 for a body that is not JSON or a field that cannot be read.
http::Refusal malformed();
http::Refusal no_such_note();
/// 412, with the tag of the note as it is.
http::Refusal stale_version();
/// 415 for a body in another media type than the operation reads.
http::Refusal unsupported_media_type();
/// 422 with a violation for each rule that is broken.
http::Refusal invalid();
/// 428 where server.require_if_match is set.
http::Refusal if_match_required();

}  // namespace notes::api
