#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

#include "api/json_value.hpp"
#include "domain/note.hpp"

/// Reading the members of a note that clients may write, wherever in a body they stand.
namespace notes::api {

/// What null means for a member.
enum class Nulls {
  refused,
  remove_the_member,  ///< as in a merge patch (RFC 7396)
};

/// Reads one such member; any other name is passed over.
void read_note_member(std::string_view name, const JsonMember& member, Nulls nulls,
                      domain::NotePatch& read);

/// Reads the note at `pointer`: all that there is, and every reason why not.
domain::NotePatch read_note(const rapidjson::Value& value, const std::string& pointer, Nulls nulls,
                            std::vector<Violation>& violations);

/// The note that was read, with what was left out as it is then; nullopt without a title, which is
/// said unless something is wrong with the note or its title already.
std::optional<domain::NoteDraft> draft_of(domain::NotePatch read, const std::string& pointer,
                                          std::vector<Violation>& violations);

}  // namespace notes::api
