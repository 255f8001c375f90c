#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/json.hpp"
#include "http/schema.hpp"
#include "service/search.hpp"

namespace notes::api {

/// {"items":[{"note":{…},"title":[…],"excerpt":[…]},…],"next_cursor":…}, where a text is its
/// segments, [{"text":"…","match":true},…]: never HTML, so that nothing of a note's text can be
/// taken for a tag.
std::string to_json(const service::FoundPage& page, const std::optional<std::string>& next_cursor,
                    NoteFields fields);

std::vector<http::NamedSchema> search_schemas();

}  // namespace notes::api
