#include "api/note_reader.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "api/json.hpp"
#include "api/json_value.hpp"
#include "api/note_members.hpp"
#include "domain/tag.hpp"

namespace notes::api {
namespace {

using domain::NotePatch;

constexpr std::array<std::string_view, 5> kNoteMembers{"title", "body", "tags", "pinned",
                                                       "archived"};

/// Null in a merge patch: the member is as if it had never been given. False for the title, which
/// every note has.
bool remove_member(std::string_view name, NotePatch& read) {
  if (name == "body") read.body.emplace();
  if (name == "tags") read.tags.emplace();
  if (name == "pinned") read.pinned = false;
  if (name == "archived") read.archived = false;
  return name != "title";
}

}  // namespace

void read_note_member(std::string_view name, const JsonMember& member, Nulls nulls,
                      NotePatch& read) {
  const bool remove = member.value.IsNull() && nulls == Nulls::remove_the_member;
  if (remove && remove_member(name, read)) return;
  if (name == "title") read.title = member.text();
  if (name == "body") read.body = member.text();
  if (name == "tags") read.tags = member.names();
  if (name == "pinned") read.pinned = member.flag();
  if (name == "archived") read.archived = member.flag();
}

NotePatch read_note(const rapidjson::Value& value, const std::string& pointer, Nulls nulls,
                    std::vector<Violation>& violations) {
  NotePatch read;
  read_members(value, pointer, {"a note", kNoteMembers}, violations,
               [&](std::string_view name, const JsonMember& member) {
                 read_note_member(name, member, nulls, read);
               });
  return read;
}

std::optional<domain::NoteDraft> draft_of(NotePatch read, const std::string& pointer,
                                          std::vector<Violation>& violations) {
  const auto title = pointer + "/title";
  const bool explained = std::any_of(violations.begin(), violations.end(), [&](const auto& v) {
    return v.pointer == pointer || v.pointer == title;
  });
  if (!read.title && !explained) violations.push_back({title, "required", "must be given"});
  if (!read.title) return std::nullopt;
  return domain::NoteDraft{.title = std::move(*read.title),
                           .body = std::move(read.body).value_or(""),
                           .tags = std::move(read.tags).value_or(std::vector<std::string>()),
                           .pinned = read.pinned.value_or(false),
                           .archived = read.archived.value_or(false)};
}

domain::NoteDraft read_note_draft(std::string_view json) {
  const auto document = parse_json(json);
  std::vector<Violation> violations;
  auto draft = draft_of(read_note(document, "", Nulls::refused, violations), "", violations);
  if (!violations.empty()) throw Error(std::move(violations));
  return std::move(*draft);
}

domain::NotePatch read_note_patch(std::string_view json) {
  const auto document = parse_json(json);
  std::vector<Violation> violations;
  auto read = read_note(document, "", Nulls::remove_the_member, violations);
  if (!violations.empty()) throw Error(std::move(violations));
  return read;
}

std::vector<http::NamedSchema> note_reader_schemas() {
  using http::Schema;
  using Need = Schema::Need;
  const auto title = Schema::text(1, domain::kMaxTitleCharacters);
  const auto body =
      Schema::text(0, domain::kMaxBodyBytes).described("At most 512 KiB of UTF-8, without U+0000.");
  const auto tags = Schema::array(tag_schema(), domain::kMaxTags);
  const auto flag = Schema::boolean();
  return {{"NoteDraft", Schema::object({{"title", title},
                                        {"body", body.with_default(R"("")"), Need::optional},
                                        {"tags", tags.with_default("[]"), Need::optional},
                                        {"pinned", flag.with_default("false"), Need::optional},
                                        {"archived", flag.with_default("false"), Need::optional}})
                            .closed()},
          {"NotePatch", Schema::object({{"title", title, Need::optional},
                                        {"body", body.nullable(), Need::optional},
                                        {"tags", tags.nullable(), Need::optional},
                                        {"pinned", flag.nullable(), Need::optional},
                                        {"archived", flag.nullable(), Need::optional}})
                            .closed()}};
}

}  // namespace notes::api
