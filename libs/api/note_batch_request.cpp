#include "api/note_batch_request.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "api/json.hpp"
#include "api/json_value.hpp"
#include "api/note_members.hpp"

namespace notes::api {
namespace {

using http::Schema;
using rapidjson::Value;
using service::NoteOperation;
using service::OperationResult;
using Kind = NoteOperation::Kind;

struct NamedKind {
  std::string_view name;
  Kind kind;
};
constexpr std::array kKinds{
    NamedKind{"create", Kind::create},   NamedKind{"replace", Kind::replace},
    NamedKind{"patch", Kind::patch},     NamedKind{"trash", Kind::trash},
    NamedKind{"restore", Kind::restore}, NamedKind{"delete", Kind::delete_for_good}};

constexpr std::array<std::string_view, 1> kBatchMembers{"operations"};
constexpr std::array<std::string_view, 4> kOperationMembers{"op", "id", "if_match", "note"};

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, kind] : kKinds) names.push_back(name);
  return names;
}

bool takes_note(Kind kind) {
  return kind == Kind::create || kind == Kind::replace || kind == Kind::patch;
}

/// One operation as it is read.
struct Reading {
  std::optional<Kind> kind = {};
  std::optional<domain::NoteId> id = {};
  std::optional<std::int64_t> if_match = {};
  const Value* note = nullptr;
  bool id_given = false;
};

void read_kind(const JsonMember& member, Reading& read) {
  const auto name = member.text();
  if (!name) return;
  for (const auto& named : kKinds) {
    if (named.name == *name) read.kind = named.kind;
  }
  if (read.kind) return;
  member.violations.push_back(
      {member.pointer, "unknown", fmt::format("must be one of {}", fmt::join(kind_names(), ", "))});
}

void read_id(const JsonMember& member, Reading& read) {
  read.id_given = true;
  const auto text = member.text();
  if (!text) return;
  read.id = domain::NoteId::parse(*text);
  if (!read.id) member.violations.push_back({member.pointer, "not_an_id", "must be a UUID"});
}

Reading read_parts(const Value& value, const std::string& pointer,
                   std::vector<Violation>& violations) {
  Reading read;
  read_members(value, pointer, {"an operation", kOperationMembers}, violations,
               [&](std::string_view name, const JsonMember& member) {
                 if (name == "op") read_kind(member, read);
                 if (name == "id") read_id(member, read);
                 if (name == "if_match") read.if_match = member.number(1);
                 if (name == "note") read.note = &member.value;
               });
  return read;
}

NoteOperation read_operation(const Value& value, const std::string& pointer,
                             std::vector<Violation>& violations) {
  const auto before = violations.size();
  const auto read = read_parts(value, pointer, violations);
  const bool broken = violations.size() > before;
  const auto require = [&](bool given, std::string_view name) {
    if (!given)
      violations.push_back({fmt::format("{}/{}", pointer, name), "required", "must be given"});
  };
  const auto refuse = [&](bool given, std::string_view name, std::string_view why) {
    if (given)
      violations.push_back({fmt::format("{}/{}", pointer, name), "not_taken", std::string(why)});
  };
  if (!read.kind) {
    if (!broken) require(false, "op");
    return {};
  }
  NoteOperation operation{.kind = *read.kind, .id = read.id, .expected_version = read.if_match};
  const auto note = pointer + "/note";
  if (*read.kind == Kind::create) {
    refuse(read.if_match.has_value(), "if_match", "a note that is made has no version before");
  } else {
    require(read.id_given, "id");
  }
  if (takes_note(*read.kind)) {
    require(read.note != nullptr, "note");
  } else {
    refuse(read.note != nullptr, "note", "is taken by create, replace and patch only");
  }
  if (read.note == nullptr || !takes_note(*read.kind)) return operation;
  if (*read.kind == Kind::patch) {
    operation.patch = read_note(*read.note, note, Nulls::remove_the_member, violations);
  } else if (auto draft = draft_of(read_note(*read.note, note, Nulls::refused, violations), note,
                                   violations)) {
    operation.draft = std::move(*draft);
  }
  return operation;
}

std::vector<NoteOperation> read_operations(const JsonMember& member) {
  std::vector<NoteOperation> operations;
  if (!member.value.IsArray()) {
    member.violations.push_back(wrong_type(member.pointer, "an array of operations", member.value));
    return operations;
  }
  const auto count = member.value.Size();
  if (count > service::kMostOperations) {
    member.violations.push_back(
        {member.pointer, "out_of_range",
         fmt::format("must have at most {} operations, has {}", service::kMostOperations, count)});
    return operations;
  }
  for (rapidjson::SizeType at = 0; at < count; ++at) {
    if (member.violations.size() >= kMostViolations) break;
    operations.push_back(read_operation(member.value[at], fmt::format("{}/{}", member.pointer, at),
                                        member.violations));
  }
  return operations;
}

int status_of(OperationResult::Outcome outcome) {
  switch (outcome) {
    case OperationResult::Outcome::created:
      return 201;
    case OperationResult::Outcome::changed:
      return 200;
    case OperationResult::Outcome::gone:
      return 204;
  }
  return 200;
}

/// The operations of these names, which take the same.
Schema operation_schema(const std::vector<std::string_view>& names, Schema::Need id,
                        std::optional<std::string_view> note) {
  std::vector<Schema::Member> members{
      {"op", Schema::one_of(names)},
      {"id", Schema::uuid().described("May be left out to create a note."), id}};
  if (id == Schema::Need::required) {
    members.push_back({"if_match", Schema::integer(1).described("The version that may be changed."),
                       Schema::Need::optional});
  }
  if (note) members.push_back({"note", Schema::reference(*note)});
  return Schema::object(members).closed();
}

Schema operation_schema() {
  const auto required = Schema::Need::required;
  return Schema::either({operation_schema({"create"}, Schema::Need::optional, "NoteDraft"),
                         operation_schema({"replace"}, required, "NoteDraft"),
                         operation_schema({"patch"}, required, "NotePatch"),
                         operation_schema({"trash", "restore", "delete"}, required, {})});
}

}  // namespace

std::vector<NoteOperation> read_note_batch(std::string_view json) {
  const auto document = parse_json(json);
  std::vector<Violation> violations;
  std::vector<NoteOperation> operations;
  bool given = false;
  read_members(document, "", {"a batch", kBatchMembers}, violations,
               [&](std::string_view, const JsonMember& member) {
                 given = true;
                 operations = read_operations(member);
               });
  if (!given && violations.empty()) {
    violations.push_back({"/operations", "required", "must be given"});
  }
  if (!violations.empty()) throw Error(std::move(violations));
  return operations;
}

std::string to_json(const std::vector<OperationResult>& results) {
  auto fields = kEveryField;
  fields.reset(*note_field("body"));
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("results");
  writer.StartArray();
  for (const auto& result : results) {
    writer.StartObject();
    writer.Key("status");
    writer.Int(status_of(result.outcome));
    writer.Key("id");
    const auto id = to_string(result.id);
    writer.String(id.data(), static_cast<rapidjson::SizeType>(id.size()));
    writer.Key("note");
    if (result.note) {
      const auto note = to_json(*result.note, fields);
      writer.RawValue(note.data(), note.size(), rapidjson::kObjectType);
    } else {
      writer.Null();
    }
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<http::NamedSchema> note_batch_schemas() {
  const auto result = Schema::object(
      {{"status", Schema::integer(200, 204).described("What the operation would answer alone.")},
       {"id", Schema::uuid()},
       {"note", Schema::reference("ListedNote")
                    .nullable()
                    .described("As it is now, without its body; null when it is gone.")}});
  return {
      {"NoteBatch",
       Schema::object({{"operations", Schema::array(operation_schema(), service::kMostOperations)}})
           .closed()},
      {"NoteBatchResults",
       Schema::object({{"results", Schema::array(result, service::kMostOperations)}})}};
}

}  // namespace notes::api
