#include "api/note_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "api/json.hpp"
#include "api/json_value.hpp"
#include "api/note_members.hpp"

namespace notes::api {
namespace {

using domain::Note;
using service::ImportedNote;

/// The line that begins a note. A line of a body that looks like it gets a backslash more in front
/// of its word, which is taken off again.
constexpr std::string_view kBegin = "<!-- note -->";
constexpr std::string_view kBeginHead = "<!-- ";
constexpr std::string_view kBeginTail = "note -->";
constexpr std::string_view kFence = "---";

/// What a line may have: all members of a note, of which those that the service itself writes are
/// passed over.
constexpr std::array<std::string_view, 10> kMembers{
    "id",       "title",      "body",       "tags",       "pinned",
    "archived", "created_at", "updated_at", "deleted_at", "version"};

/// Cuts the next line off the text; without its line end.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// Whether the line is the beginning of a note, but for backslashes.
bool looks_like_begin(std::string_view line) {
  if (!line.starts_with(kBeginHead) || !line.ends_with(kBeginTail)) return false;
  if (line.size() < kBegin.size()) return false;
  line.remove_prefix(kBeginHead.size());
  line.remove_suffix(kBeginTail.size());
  return line.find_first_not_of('\\') == std::string_view::npos;
}

void append_body(std::string& file, std::string_view body) {
  for (;;) {
    const bool last = body.find('\n') == std::string_view::npos;
    const auto line = take_line(body);
    if (looks_like_begin(line)) {
      file.append(kBeginHead).append("\\").append(line.substr(kBeginHead.size()));
    } else {
      file.append(line);
    }
    file += '\n';
    if (last) return;
  }
}

/// Members as JSON values, which YAML takes as well, one per line.
void append_front_matter(std::string& file, const Note& note) {
  auto fields = kEveryField;
  fields.reset(*note_field("body"));
  fields.reset(*note_field("deleted_at"));
  fields.reset(*note_field("version"));
  const auto names = note_member_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!fields.test(i)) continue;
    NoteFields one;
    one.set(i);
    // {"name":value}
    const auto json = to_json(note, one);
    const auto value = std::string_view(json).substr(names[i].size() + 4);
    file.append(names[i]).append(": ").append(value.substr(0, value.size() - 1)).append("\n");
  }
}

template <typename Value>
void read_or_refuse(const JsonMember& member, std::optional<Value>& into, std::string_view rule) {
  const auto text = member.text();
  if (!text) return;
  into = Value::parse(*text);
  if (!into) member.violations.push_back({member.pointer, "not_readable", std::string(rule)});
}

void read_note_json(std::string_view json, ImportedNote& note) {
  const auto parsed = try_parse_json(json);
  if (!parsed.problem.empty()) {
    note.problems.push_back({"", "malformed", parsed.problem});
    return;
  }
  domain::NotePatch read;
  read_members(parsed.document, "", {"a note", kMembers}, note.problems,
               [&](std::string_view name, const JsonMember& member) {
                 if (name == "id") read_or_refuse(member, note.id, "must be a UUID");
                 if (name == "created_at") {
                   read_or_refuse(member, note.created_at, "must be a time as RFC 3339 writes it");
                 }
                 read_note_member(name, member, Nulls::refused, read);
               });
  if (auto draft = draft_of(std::move(read), "", note.problems)) note.draft = std::move(*draft);
}

std::vector<ImportedNote> read_json_lines(std::string_view file) {
  std::vector<ImportedNote> notes;
  for (std::size_t number = 1; !file.empty(); ++number) {
    const auto line = take_line(file);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (notes.size() > service::kMostImported) break;
    read_note_json(line, notes.emplace_back(ImportedNote{.line = number}));
  }
  return notes;
}

/// Front matter as the members of a JSON object; what is wrong with a line is said.
std::string front_matter_json(std::string_view& file, std::size_t& number, ImportedNote& note) {
  std::string json;
  while (!file.empty()) {
    const auto line = take_line(file);
    ++number;
    if (line == kFence) return "{" + json + "}";
    const auto colon = line.find(": ");
    const auto name = line.substr(0, colon);
    const auto allowed = "abcdefghijklmnopqrstuvwxyz_";
    if (colon == std::string_view::npos || name.find_first_not_of(allowed) != std::string::npos) {
      note.problems.push_back(
          {"", "malformed",
           fmt::format("line {}: must be a name, a colon and a JSON value", number)});
      continue;
    }
    json += fmt::format(R"({}"{}":{})", json.empty() ? "" : ",\n", name, line.substr(colon + 2));
  }
  note.problems.push_back({"", "malformed", "the front matter has no end: a line of ---"});
  return "{}";
}

/// The lines up to the next note, or the end of the file.
std::string take_body(std::string_view& file, std::size_t& number) {
  std::string body;
  while (!file.empty()) {
    auto rest = file;
    const auto line = take_line(rest);
    if (line == kBegin) break;
    const bool ended = file.size() > line.size();
    file = rest;
    ++number;
    if (looks_like_begin(line)) {
      body.append(kBeginHead).append(line.substr(kBeginHead.size() + 1));
    } else {
      body.append(line);
    }
    if (ended) body += '\n';
  }
  if (body.ends_with('\n')) body.pop_back();
  return body;
}

std::vector<ImportedNote> read_markdown(std::string_view file) {
  std::vector<ImportedNote> notes;
  std::size_t number = 0;
  while (!file.empty()) {
    const auto line = take_line(file);
    ++number;
    if (line != kBegin) {
      notes.push_back(
          {.line = number,
           .problems = {{"", "malformed", fmt::format("a note begins with {}", kBegin)}}});
      take_body(file, number);
      continue;
    }
    if (notes.size() > service::kMostImported) break;
    auto& note = notes.emplace_back(ImportedNote{.line = number});
    const bool fenced = file.starts_with("---\n");
    if (!fenced) {
      note.problems.push_back({"", "malformed", "the front matter begins with a line of ---"});
      take_body(file, number);
      continue;
    }
    take_line(file);
    ++number;
    const auto json = front_matter_json(file, number, note);
    auto body = take_body(file, number);
    if (!note.problems.empty()) continue;
    read_note_json(json, note);
    note.draft.body = std::move(body);
  }
  return notes;
}

}  // namespace

std::string_view media_type_of(NoteFormat format) {
  switch (format) {
    case NoteFormat::json_lines:
      return kJsonLines;
    case NoteFormat::markdown:
      return "text/markdown; charset=utf-8";
  }
  return "";
}

std::optional<NoteFormat> parse_note_format(std::string_view name) {
  if (name == "jsonl") return NoteFormat::json_lines;
  if (name == "markdown") return NoteFormat::markdown;
  return std::nullopt;
}

void append_note(std::string& file, const Note& note, NoteFormat format) {
  if (format == NoteFormat::json_lines) {
    file.append(to_json(note)).append("\n");
    return;
  }
  file.append(kBegin).append("\n---\n");
  append_front_matter(file, note);
  file.append("---\n");
  append_body(file, note.body);
}

std::vector<ImportedNote> read_note_file(std::string_view file, NoteFormat format) {
  auto notes = format == NoteFormat::json_lines ? read_json_lines(file) : read_markdown(file);
  if (notes.size() > service::kMostImported) {
    throw Error({{"", "out_of_range",
                  fmt::format("must have at most {} notes: import the file in parts",
                              service::kMostImported)}});
  }
  return notes;
}

}  // namespace notes::api
