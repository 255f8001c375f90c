#include "http/framing.hpp"

#include <algorithm>

#include "http/target.hpp"

namespace notes::http {
namespace {

/// The fields that decide where a request goes and where it ends.
struct FramingFields {
  std::size_t hosts = 0;
  std::string_view host;
  std::size_t lengths = 0;
  std::string_view length;
  std::size_t codings = 0;
  std::string_view coding;
  std::string_view expectation;
};

FramingFields collect(const Headers& headers) {
  FramingFields found;
  for (const auto [name, value] : headers.fields()) {
    if (equal_ignoring_case(name, "Host")) {
      ++found.hosts;
      found.host = value;
    } else if (equal_ignoring_case(name, "Content-Length")) {
      ++found.lengths;
      found.length = value;
    } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
      ++found.codings;
      found.coding = value;
    } else if (equal_ignoring_case(name, "Expect") && !equal_ignoring_case(value, "100-continue")) {
      found.expectation = value.empty() ? "(empty)" : value;
    }
  }
  return found;
}

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Rejection> check_framing(const Request& request, Version version) {
  const FramingFields found = collect(request.headers);
  if (found.hosts > 1) return Rejection{400, "There is more than one Host field."};
  if (found.hosts == 0 && version == Version::http_1_1)
    return Rejection{400, "The Host field is missing."};
  if (!is_host(found.host)) return Rejection{400, "The Host field is not a host."};
  if (found.lengths > 1) return Rejection{400, "There is more than one Content-Length field."};
  if (found.lengths == 1 && !is_number(found.length)) {
    return Rejection{400, "The Content-Length field is not a number."};
  }
  if (found.codings > 0) {
    if (found.lengths > 0)
      return Rejection{400, "Content-Length and Transfer-Encoding exclude each other."};
    if (version == Version::http_1_0) return Rejection{400, "HTTP/1.0 has no Transfer-Encoding."};
    if (found.codings > 1 || !equal_ignoring_case(found.coding, "chunked")) {
      return Rejection{501, "The only transfer coding of this server is chunked."};
    }
  }
  if (!found.expectation.empty() && version == Version::http_1_1) {
    return Rejection{417, "The only expectation that this server meets is 100-continue."};
  }
  return std::nullopt;
}

}  // namespace notes::http
