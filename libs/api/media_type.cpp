#include "api/media_type.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::api {
namespace {

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The media type without parameters, in lower case (RFC 9110 §8.3.1).
std::string media_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ') || content_type.ends_with('\t')) content_type.remove_suffix(1);
  std::string type(content_type);
  for (char& c : type) c = ascii_lower(c);
  return type;
}

}  // namespace

std::string require_media_type(const http::Request& request,
                               std::initializer_list<std::string_view> accepted) {
  const auto field = request.headers.find("Content-Type");
  if (!field) return std::string(*accepted.begin());
  auto type = media_type(*field);
  if (std::find(accepted.begin(), accepted.end(), type) != accepted.end()) return type;
  throw Error(ErrorCode::unsupported,
              fmt::format("Content-Type: expected {}, got {}",
                          fmt::join(accepted.begin(), accepted.end(), " or "), *field));
}

}  // namespace notes::api
