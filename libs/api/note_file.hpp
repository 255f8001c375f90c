#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/note.hpp"
#include "service/note_import.hpp"

/// Notes in files: what is exported, and what is imported again. docs/api.md describes both forms.
namespace notes::api {

inline constexpr std::string_view kJsonLines = "application/x-ndjson";
inline constexpr std::string_view kMarkdown = "text/markdown";

enum class NoteFormat {
  json_lines,  ///< one note as JSON per line
  markdown,    ///< a line that begins a note, front matter, the body
};

/// The form's media type, with its parameters.
std::string_view media_type_of(NoteFormat format);
/// The form of that name, "jsonl" or "markdown"; nullopt for another.
std::optional<NoteFormat> parse_note_format(std::string_view name);

/// Appends one note; notes in a row are a file, wherever it is cut between two of them.
void append_note(std::string& file, const domain::Note& note, NoteFormat format);

/// Every note of a file, and what cannot be read of each; what stands in Markdown before the first
/// note is one that cannot be read. Throws Error{invalid} for more than service::kMostImported.
std::vector<service::ImportedNote> read_note_file(std::string_view file, NoteFormat format);

}  // namespace notes::api
