#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/json.hpp"
#include "domain/note_list.hpp"
#include "domain/user.hpp"
#include "http/message.hpp"
#include "http/operation.hpp"
#include "identity/token_signer.hpp"
#include "service/notes.hpp"

namespace notes::api {

/// Which part of the list of notes a client asks for, and what it wants to see of it.
struct PageRequest {
  static constexpr std::int64_t kDefaultLimit = 50;
  static constexpr std::int64_t kMostItems = 200;

  domain::NoteQuery query;
  service::Totals totals = service::Totals::left_out;
  NoteFields fields = kEveryField;
  std::string bound_to = {};  ///< what its cursors are bound to beside the order and the filters

  /// Reads `limit` (1..200), `sort` (-created_at, -updated_at, title), the filters `tag`, `pinned`,
  /// `archived`, `trashed`, `created_from`, `created_before`, `updated_from` and `updated_before`,
  /// `fields`, `include_total` and `cursor`. Throws Error{invalid} naming each parameter that is
  /// wrong, unknown or repeated, and Error{malformed} for a cursor that this service did not give
  /// to this actor for a list of the same order and filters.
  static PageRequest from(const http::Request& request, const domain::Actor& actor,
                          const identity::TokenSigner& signer, std::string bound_to = {});

  /// What from() reads, as the OpenAPI document has it.
  static std::vector<http::Parameter> parameters();

  /// The position as a client carries it to the next request: opaque, signed, and worthless to
  /// another actor and with another order or other filters.
  std::string cursor_of(const domain::NotePosition& position, const domain::Actor& actor,
                        const identity::TokenSigner& signer) const;
};

/// The value of a Link field (RFC 8288) that leads from a page to the one behind it: the request's
/// own target with this cursor.
std::string next_link(const http::Request& request, const std::string& cursor);
/// The same for pages that another set of parameters leads on to.
std::string next_link(const http::Request& request, const http::Parameters& next);

}  // namespace notes::api
