#include "api/page_request.hpp"

#include <charconv>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::api {
namespace {

/// In front of every payload, so that a later form of cursor is never taken for this one.
constexpr std::string_view kForm = "1:";

std::string payload_of(const domain::NotePosition& position) {
  return fmt::format("{}{}{}", kForm, to_string(position.created_at), to_string(position.id));
}

std::optional<domain::NotePosition> read_payload(std::string_view payload) {
  constexpr std::size_t kTimeLength = 27;
  if (!payload.starts_with(kForm)) return std::nullopt;
  payload.remove_prefix(kForm.size());
  const auto created_at = Timestamp::parse(payload.substr(0, kTimeLength));
  if (!created_at) return std::nullopt;
  const auto id = domain::NoteId::parse(payload.substr(kTimeLength));
  if (!id) return std::nullopt;
  return domain::NotePosition{*created_at, *id};
}

std::optional<std::size_t> read_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (limit < 1 || limit > PageRequest::kMostItems) return std::nullopt;
  return limit;
}

}  // namespace

PageRequest PageRequest::from(const http::Request& request, const domain::Actor& actor,
                              const identity::TokenSigner& signer) {
  PageRequest page;
  std::vector<Violation> violations;
  if (const auto text = request.query_value("limit")) {
    if (const auto limit = read_limit(*text)) {
      page.limit = *limit;
    } else {
      violations.push_back({"limit", "out_of_range",
                            fmt::format("must be a whole number from 1 to {}", kMostItems)});
    }
  }
  if (const auto cursor = request.query_value("cursor")) {
    const auto payload = signer.verify(*cursor, to_string(actor.user));
    if (payload) page.after = read_payload(*payload);
    if (!page.after) {
      violations.push_back({"cursor", "not_a_cursor",
                            "must be the next_cursor of an earlier page; leave it out to begin "
                            "with the newest note"});
    }
  }
  if (!violations.empty()) throw Error(std::move(violations));
  return page;
}

std::string cursor_of(const domain::NotePosition& position, const domain::Actor& actor,
                      const identity::TokenSigner& signer) {
  return signer.sign(payload_of(position), to_string(actor.user));
}

}  // namespace notes::api
