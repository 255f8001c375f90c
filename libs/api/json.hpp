#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/note.hpp"
#include "service/notes.hpp"
#include "service/readiness.hpp"

/// Values as JSON (RFC 8259). What clients send is read by api/note_reader.hpp.
namespace notes::api {

std::string to_json(const domain::Note& note);

/// {"items":[…],"next_cursor":…}; null on the last page.
std::string to_json(const service::NotePage& page, const std::optional<std::string>& next_cursor);

std::string to_json(const service::Readiness& readiness);

/// What GET / answers: the service's name and version, and where its parts are.
std::string service_description(std::string_view version);

}  // namespace notes::api
