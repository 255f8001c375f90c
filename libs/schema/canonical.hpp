#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace notes::schema {

/// What a column takes, as far as the database itself does not see to it. PostgreSQL checks and
/// normalises every type (`native`); SQLite keeps whatever it is given, so what it is given must be
/// checked and normalised before.
enum class ValueKind { native, text, integer, number, boolean, timestamp, uuid, json };

/// The text in the one form that the column keeps, so that equal values are equal text: UUIDs in
/// lower case, times in UTC with microseconds, booleans as 1 and 0. As it is for native and text.
/// nullopt when the text is no such value.
std::optional<std::string> canonical(ValueKind kind, std::string_view text);

/// What the kind wants to see, for messages: "a UUID", "a time (RFC 3339)".
std::string_view expectation(ValueKind kind);

}  // namespace notes::schema
