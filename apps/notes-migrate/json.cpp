#include "json.hpp"

#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace notes::migrate {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void text(Writer& writer, std::string_view value) {
  writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void member(Writer& writer, std::string_view key, std::string_view value) {
  text(writer, key);
  text(writer, value);
}

void member(Writer& writer, std::string_view key, const std::vector<std::string>& values) {
  text(writer, key);
  writer.StartArray();
  for (const auto& value : values) text(writer, value);
  writer.EndArray();
}

void write_step(Writer& writer, const StepReport& step) {
  writer.StartObject();
  member(writer, "revision", step.revision);
  member(writer, "direction", to_string(step.direction));
  member(writer, "message", step.message);
  member(writer, "file", step.path.string());
  text(writer, "duration_ms");
  writer.Int64(step.took.count());
  text(writer, "from_history");
  writer.Bool(step.from_history);
  writer.EndObject();
}

void write_revision(Writer& writer, const Picture& picture, Graph::Index index) {
  const Revision& revision = picture.graph()[index];
  const auto* file = picture.file(index);
  const auto* row = picture.row(index);
  writer.StartObject();
  member(writer, "revision", revision.id);
  member(writer, "state", to_string(picture.state(index)));
  member(writer, "message", revision.message);
  member(writer, "down_revisions", revision.parents);
  member(writer, "depends_on", revision.depends_on);
  member(writer, "branch_labels", revision.branch_labels);
  if (file != nullptr) member(writer, "file", file->path.string());
  if (row != nullptr) {
    member(writer, "applied_at", to_string(row->applied_at));
    member(writer, "applied_by", row->applied_by);
    member(writer, "tool_version", row->tool_version);
    text(writer, "duration_ms");
    writer.Int64(row->took.count());
  }
  writer.EndObject();
}

std::string line(const rapidjson::StringBuffer& buffer) {
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace

std::string json_of(const Report& report, bool dry_run) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  text(writer, "dry_run");
  writer.Bool(dry_run);
  text(writer, "steps");
  writer.StartArray();
  for (const auto& step : report.steps) write_step(writer, step);
  writer.EndArray();
  member(writer, "current", report.current);
  writer.EndObject();
  return line(buffer);
}

std::string json_of(const Picture& picture, const std::vector<Graph::Index>& only) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  text(writer, "revisions");
  writer.StartArray();
  for (const auto index : only) write_revision(writer, picture, index);
  writer.EndArray();
  writer.EndObject();
  return line(buffer);
}

}  // namespace notes::migrate
