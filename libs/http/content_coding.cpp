#include "http/content_coding.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <zlib.h>

namespace notes::http {
namespace {

constexpr std::size_t kLeast = 1024;
/// The fastest: what the slower ones save is not worth a database server's processor.
constexpr int kLevel = 1;
/// zlib's largest window, and the gzip format instead of its own.
constexpr int kGzipWindow = 15 + 16;
constexpr std::string_view kSuffix = "-gzip\"";

/// A weight in thousandths (RFC 9110 §12.4.2); 0 for what is none.
int weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * 1000;
  if (text.size() == 1) return weight;
  if (text[1] != '.') return 0;
  int unit = 100;
  for (const char digit : text.substr(2)) {
    if (digit < '0' || digit > '9') return 0;
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return weight <= 1000 ? weight : 0;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

struct Weights {
  std::optional<int> gzip;
  std::optional<int> identity;
  std::optional<int> any;
};

void read_item(std::string_view item, Weights& weights) {
  const auto semicolon = item.find(';');
  const auto coding = trim(item.substr(0, semicolon));
  int weight = 1000;
  if (semicolon != std::string_view::npos) {
    const auto parameter = trim(item.substr(semicolon + 1));
    const bool is_weight = parameter.starts_with("q=") || parameter.starts_with("Q=");
    weight = is_weight ? weight_of(parameter.substr(2)) : 0;
  }
  if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) {
    weights.gzip = weight;
  } else if (equal_ignoring_case(coding, "identity")) {
    weights.identity = weight;
  } else if (coding == "*") {
    weights.any = weight;
  }
}

bool is_text(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find(';'));
  constexpr std::array<std::string_view, 4> kTexts{"json", "javascript", "xml", "yaml"};
  return type.starts_with("text/") ||
         std::any_of(kTexts.begin(), kTexts.end(), [&](std::string_view text) {
           return type.find(text) != std::string_view::npos;
         });
}

/// A deflating stream, kept by its thread: making one costs more than most bodies.
class Gzip {
 public:
  Gzip() {
    ready_ = deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() {
    if (ready_) deflateEnd(&stream_);
  }

  /// nullopt when the result would not be smaller.
  std::optional<std::string> compress(const std::string& body) {
    if (!ready_ || deflateReset(&stream_) != Z_OK) return std::nullopt;
    std::string coded(body.size() - 1, '\0');
    // zlib reads its input through a pointer that is not const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream_.avail_in = static_cast<uInt>(body.size());
    stream_.next_out = reinterpret_cast<Bytef*>(coded.data());
    stream_.avail_out = static_cast<uInt>(coded.size());
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) return std::nullopt;
    coded.resize(stream_.total_out);
    return coded;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

void add_suffix(Headers& headers) {
  const auto tag = headers.find("ETag");
  if (!tag || !tag->starts_with('"')) return;
  headers.set("ETag", std::string(tag->substr(0, tag->size() - 1)).append(kSuffix));
}

void strip(std::string_view name, Request& request) {
  const auto field = request.headers.find(name);
  if (!field) return;
  auto all = *request.headers.combined(name);
  if (all.find(kSuffix) == std::string::npos) return;
  for (auto at = all.find(kSuffix); at != std::string::npos; at = all.find(kSuffix, at)) {
    all.replace(at, kSuffix.size(), "\"");
  }
  request.headers.set(name, all);
  request.has_coded_tags = true;
}

/// Whether coding is worth it, whoever asks.
bool is_codable(const Response& response, std::size_t most) {
  if (response.rest || response.body.size() <= kLeast || response.body.size() > most) return false;
  const auto type = response.headers.find("Content-Type");
  return type && is_text(*type) && !response.headers.find("Content-Encoding");
}

bool wants_gzip(const Request& request) {
  const auto accepted = request.headers.combined("Accept-Encoding");
  return accepted && prefers_gzip(*accepted);
}

}  // namespace

bool prefers_gzip(std::string_view accept_encoding) {
  Weights weights;
  for (;;) {
    const auto comma = accept_encoding.find(',');
    read_item(accept_encoding.substr(0, comma), weights);
    if (comma == std::string_view::npos) break;
    accept_encoding.remove_prefix(comma + 1);
  }
  const int gzip = weights.gzip.value_or(weights.any.value_or(0));
  return gzip > 0 && gzip >= weights.identity.value_or(0);
}

bool is_to_be_coded(const Request& request, const Response& response, std::size_t most) {
  return is_codable(response, most) && wants_gzip(request);
}

void encode(const Request& request, Response& response, std::size_t most) {
  if (response.status == 304) {
    response.headers.add("Vary", "Accept-Encoding");
    if (request.has_coded_tags) add_suffix(response.headers);
    return;
  }
  if (!is_codable(response, most)) return;
  response.headers.add("Vary", "Accept-Encoding");
  if (!wants_gzip(request)) return;
  thread_local Gzip gzip;
  auto coded = gzip.compress(response.body);
  if (!coded) return;
  response.body = std::move(*coded);
  response.headers.add("Content-Encoding", "gzip");
  add_suffix(response.headers);
}

void strip_coding(Request& request) {
  strip("If-Match", request);
  strip("If-None-Match", request);
}

}  // namespace notes::http
