#include "schema/canonical.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <rapidjson/reader.h>

#include "base/timestamp.hpp"
#include "base/uuid.hpp"

namespace notes::schema {
namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lowered;
}

template <typename Number>
bool reads_as(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// The words of PostgreSQL 15 §8.6, written out.
std::optional<std::string> boolean(std::string_view text) {
  constexpr std::array<std::string_view, 6> yes{"true", "t", "yes", "y", "on", "1"};
  constexpr std::array<std::string_view, 6> no{"false", "f", "no", "n", "off", "0"};
  const auto word = lower(text);
  if (std::find(yes.begin(), yes.end(), word) != yes.end()) return "1";
  if (std::find(no.begin(), no.end(), word) != no.end()) return "0";
  return std::nullopt;
}

bool is_json(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::BaseReaderHandler<> ignore;
  rapidjson::Reader reader;
  return !reader
              .Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(stream,
                                                                                             ignore)
              .IsError();
}

}  // namespace

std::optional<std::string> canonical(ValueKind kind, std::string_view text) {
  const auto if_so = [text](bool so) {
    return so ? std::optional(std::string(text)) : std::nullopt;
  };
  switch (kind) {
    case ValueKind::native:
    case ValueKind::text:
      return std::string(text);
    case ValueKind::integer:
      return if_so(reads_as<std::int64_t>(text));
    case ValueKind::number:
      return if_so(reads_as<double>(text));
    case ValueKind::boolean:
      return boolean(text);
    case ValueKind::timestamp:
      if (const auto time = Timestamp::parse(text)) return to_string(*time);
      return std::nullopt;
    case ValueKind::uuid:
      if (const auto uuid = Uuid::parse(text)) return to_string(*uuid);
      return std::nullopt;
    case ValueKind::json:
      return if_so(is_json(text));
  }
  return std::nullopt;
}

std::string_view expectation(ValueKind kind) {
  switch (kind) {
    case ValueKind::native:
    case ValueKind::text:
      return "text";
    case ValueKind::integer:
      return "a whole number of 64 bits";
    case ValueKind::number:
      return "a number";
    case ValueKind::boolean:
      return "true or false";
    case ValueKind::timestamp:
      return "a time with an offset (RFC 3339: 2026-11-21T11:30:00Z)";
    case ValueKind::uuid:
      return "a UUID";
    case ValueKind::json:
      return "JSON";
  }
  return "text";
}

}  // namespace notes::schema
