#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace notes::api {

/// A version as a strong entity tag (RFC 9110 §8.8.3): the number in double quotes.
std::string entity_tag(std::int64_t version);

/// How two tags are compared (RFC 9110 §8.8.3.2): If-None-Match weakly, If-Match strongly.
enum class TagComparison { weak, strong };

/// What If-Match or If-None-Match lists.
struct TagList {
  bool any = false;  ///< "*"
  std::vector<std::int64_t>
      versions;  ///< of the tags listed, those that this service can have given

  bool includes(std::int64_t version) const;
};

/// Reads a field such as `"3", W/"4"` or `*` (RFC 9110 §13.1.1). With strong comparison a weak tag
/// equals nothing and is left out. Throws Error{malformed} for what is no list of entity tags.
TagList read_tag_list(std::string_view field, TagComparison comparison);

}  // namespace notes::api
