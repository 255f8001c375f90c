#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/note.hpp"
#include "http/schema.hpp"
#include "service/notes.hpp"
#include "service/readiness.hpp"

/// Values as JSON (RFC 8259). What clients send is read by api/note_reader.hpp.
namespace notes::api {

/// Which members of a note are written; the bits stand in the order of note_member_names().
using NoteFields = std::bitset<10>;
inline constexpr NoteFields kEveryField{0x3ff};

std::string to_json(const domain::Note& note, NoteFields fields = kEveryField);

/// A note's members in the order in which they are written.
std::span<const std::string_view> note_member_names();
/// The place of a member in NoteFields; nullopt when a note has no such member.
std::optional<std::size_t> note_field(std::string_view name);

/// {"items":[…],"next_cursor":…}; null on the last page. With a total also
/// "total":{"count":…,"capped":…}.
std::string to_json(const service::NotePage& page, const std::optional<std::string>& next_cursor,
                    NoteFields fields = kEveryField);

std::string to_json(const domain::NoteRevision& revision);
/// {"items":[…],"next_before":…}, each item without its body; null on the last page.
std::string to_json(const service::RevisionPage& page);

/// {"items":[{"sequence":…,"id":…,"note":{…}},…],"next":…,"has_more":…}, where the note is null for
/// one that was deleted for good; with a base also "base":….
std::string to_json(const service::ChangePage& page);

std::string to_json(const service::Readiness& readiness);

/// A tag's name, written or read.
http::Schema tag_schema();

/// What all of this looks like, by the names that the OpenAPI document has for it.
std::vector<http::NamedSchema> written_schemas();

/// What GET / answers: the service's name and version, and where its parts are.
std::string service_description(std::string_view version);

}  // namespace notes::api
