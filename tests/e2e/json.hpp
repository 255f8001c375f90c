#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notes::tests {

/// A note as a client reads it.
struct NoteJson {
  std::string id;
  std::string title;
  std::string body;
  std::vector<std::string> tags;
  bool pinned = false;
  bool archived = false;
  std::string created_at;
  std::string updated_at;
  std::optional<std::string> deleted_at;
  std::int64_t version = 0;

  friend bool operator==(const NoteJson&, const NoteJson&) = default;
};

struct NotePageJson {
  std::vector<NoteJson> items;
  std::optional<std::string> next_cursor;
};

/// An entry of the feed of changes.
struct ChangeJson {
  std::int64_t sequence = 0;
  std::string id;
  std::optional<NoteJson> note;
};

struct ChangePageJson {
  std::vector<ChangeJson> items;
  std::int64_t next = 0;
  bool has_more = false;
};

/// What a search found: the notes' titles, with what was found in [ ], and excerpts alike.
struct FoundJson {
  std::string id;
  std::string title;
  std::string excerpt;

  friend bool operator==(const FoundJson&, const FoundJson&) = default;
};

struct FoundPageJson {
  std::vector<FoundJson> items;
  std::optional<std::string> next_cursor;
};

/// {"title":…,"body":…}
std::string draft_json(std::string_view title, std::string_view body);

/// They throw std::runtime_error, with the text, for what is not exactly such a note or page.
NoteJson read_note(std::string_view json);
NotePageJson read_page(std::string_view json);
ChangePageJson read_change_page(std::string_view json);
FoundPageJson read_found_page(std::string_view json);

}  // namespace notes::tests
