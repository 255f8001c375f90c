#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "base/uuid.hpp"
#include "domain/user.hpp"

namespace notes::domain {

struct NoteTag;
using NoteId = Id<NoteTag>;

/// Whether a client may choose this id for a new note: an RFC 9562 UUID of version 4 or 7, which
/// nobody else comes upon by counting.
bool may_be_chosen(NoteId id);

inline constexpr std::size_t kMaxTitleCharacters = 200;
inline constexpr std::size_t kMaxBodyBytes = std::size_t{512} * 1024;

struct Note {
  NoteId id;
  UserId owner;
  std::string title;
  std::string body;
  std::vector<std::string> tags = {};  ///< the tags' names, in the order of their code points
  bool pinned = false;
  bool archived = false;
  std::int64_t version = 1;  ///< grows by one with every change
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> deleted_at = {};  ///< since when it lies in the trash

  friend bool operator==(const Note&, const Note&) = default;
};

/// What a person writes to make a note.
struct NoteDraft {
  std::string title;
  std::string body = {};
  std::vector<std::string> tags = {};
  bool pinned = false;
  bool archived = false;
};

/// What a person writes to change a note: what is absent stays as it is.
struct NotePatch {
  std::optional<std::string> title = {};
  std::optional<std::string> body = {};
  std::optional<std::vector<std::string>> tags = {};
  std::optional<bool> pinned = {};
  std::optional<bool> archived = {};

  bool empty() const { return !title && !body && !tags && !pinned && !archived; }
};

/// Every rule that the text breaks: title 1..200 characters, body at most 512 KiB, both UTF-8
/// without U+0000 (PostgreSQL cannot store it); tags as check_tags() says. Empty: it may be stored.
std::vector<Violation> validate(const NoteDraft& draft);
std::vector<Violation> validate(const NotePatch& patch);

}  // namespace notes::domain
