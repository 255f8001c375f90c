#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "domain/note.hpp"
#include "domain/user.hpp"
#include "http/message.hpp"
#include "identity/token_signer.hpp"

namespace notes::api {

/// Which page of a list a client asks for.
struct PageRequest {
  static constexpr std::size_t kDefaultLimit = 50;
  static constexpr std::size_t kMostItems = 200;

  std::size_t limit = kDefaultLimit;
  std::optional<domain::NotePosition> after;

  /// Reads `limit` (1..200) and `cursor`. Throws Error{invalid} naming each parameter that is
  /// wrong; a cursor must be one that this service gave to this actor.
  static PageRequest from(const http::Request& request, const domain::Actor& actor,
                          const identity::TokenSigner& signer);
};

/// The position as a client carries it to the next request: opaque, signed, and worthless to
/// another actor.
std::string cursor_of(const domain::NotePosition& position, const domain::Actor& actor,
                      const identity::TokenSigner& signer);

}  // namespace notes::api
