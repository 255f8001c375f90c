#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "http/message.hpp"
#include "http/operation.hpp"
#include "service/notes.hpp"

/// The feed of changes as a client asks for it and is answered.
namespace notes::api {

/// The problem's type (RFC 9457 §3.1.1) when a client has to begin anew; what it means stands
/// there: libs/api/problems.
inline constexpr std::string_view kFeedBrokenType = "/problems/feed-broken";

/// What read_change_query() reads.
std::vector<http::Parameter> change_parameters();

/// Reads `since` (0 or greater, 0 unless given), `limit` (1..200) and `base`. Throws Error{invalid}
/// naming each parameter that is wrong, unknown or repeated.
service::ChangeQuery read_change_query(const http::Request& request);

/// 200 with the page, with a Link to the next one when there is one; 410 of that type when the feed
/// cannot lead on from there.
http::Response answer_changes(const http::Request& request,
                              const std::variant<service::ChangePage, service::FeedBroken>& read);

}  // namespace notes::api
