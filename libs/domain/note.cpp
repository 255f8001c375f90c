#include "domain/note.hpp"

#include <string_view>

#include <fmt/format.h>

#include "domain/tag.hpp"
#include "domain/text.hpp"

namespace notes::domain {
namespace {

/// What holds for every text of a note; the number of characters when it does.
std::optional<std::size_t> check_text(std::string_view pointer, std::string_view text,
                                      std::vector<Violation>& violations) {
  const auto characters = count_characters(text);
  if (!characters) {
    violations.push_back({std::string(pointer), "not_utf8", "must be well-formed UTF-8"});
    return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos) {
    violations.push_back({std::string(pointer), "null_character",
                          "must not contain U+0000, which cannot be stored"});
    return std::nullopt;
  }
  return characters;
}

void check_title(std::string_view title, std::vector<Violation>& violations) {
  const auto characters = check_text("/title", title, violations);
  if (!characters) return;
  if (*characters == 0) {
    violations.push_back(
        {"/title", "too_short",
         fmt::format("must have 1 to {} characters, is empty", kMaxTitleCharacters)});
  }
  if (*characters > kMaxTitleCharacters) {
    violations.push_back(
        {"/title", "too_long",
         fmt::format("must have 1 to {} characters, has {}", kMaxTitleCharacters, *characters)});
  }
}

void check_body(std::string_view body, std::vector<Violation>& violations) {
  if (body.size() > kMaxBodyBytes) {
    violations.push_back(
        {"/body", "too_long",
         fmt::format("must have at most {} bytes in UTF-8, has {}", kMaxBodyBytes, body.size())});
    return;
  }
  check_text("/body", body, violations);
}

}  // namespace

bool may_be_chosen(NoteId id) {
  const auto& bytes = id.uuid().bytes();
  const int version = bytes[6] >> 4;
  const bool rfc_variant = bytes[8] >> 6 == 0b10;
  return rfc_variant && (version == 4 || version == 7);
}

std::vector<Violation> validate(const NoteDraft& draft) {
  std::vector<Violation> violations;
  check_title(draft.title, violations);
  check_body(draft.body, violations);
  check_tags(draft.tags, violations);
  return violations;
}

std::vector<Violation> validate(const NotePatch& patch) {
  std::vector<Violation> violations;
  if (patch.title) check_title(*patch.title, violations);
  if (patch.body) check_body(*patch.body, violations);
  if (patch.tags) check_tags(*patch.tags, violations);
  return violations;
}

}  // namespace notes::domain
