#include "json.hpp"

#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "migrate/batch.hpp"
#include "migrate/failure.hpp"

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

void write_sections(Writer& writer, const Migration& migration) {
  text(writer, "sections");
  writer.StartArray();
  for (const auto& section : migration.sections) {
    writer.StartObject();
    member(writer, "direction", to_string(section.direction));
    text(writer, "only");
    if (section.only) {
      text(writer, db::to_string(*section.only));
    } else {
      writer.Null();
    }
    text(writer, "transaction");
    writer.Bool(section.transactional);
    member(writer, "sql", migration.text(section));
    writer.EndObject();
  }
  writer.EndArray();
}

void write_revision(Writer& writer, const Picture& picture, Graph::Index index, Sections sections) {
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
  if (file != nullptr && sections == Sections::shown) write_sections(writer, *file);
  writer.EndObject();
}

void member(Writer& writer, std::string_view key, std::int64_t number) {
  text(writer, key);
  writer.Int64(number);
}

void write_batch(Writer& writer, const Batch& batch) {
  writer.StartObject();
  text(writer, "transactional");
  writer.Bool(batch.transactional);
  text(writer, "statements");
  writer.StartArray();
  for (const auto& item : batch.statements) {
    writer.StartObject();
    member(writer, "line", static_cast<std::int64_t>(item.statement.position.line));
    member(writer, "column", static_cast<std::int64_t>(item.statement.position.column));
    member(writer, "sql", item.statement.text);
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
}

void write_planned(Writer& writer, const PlannedStep& step, db::Engine engine) {
  const auto& migration = step.migration;
  writer.StartObject();
  member(writer, "revision", migration.revision);
  member(writer, "direction", to_string(step.direction));
  member(writer, "message", migration.message);
  member(writer, "file", migration.path.string());
  text(writer, "batches");
  writer.StartArray();
  for (const auto& batch : batches(migration, step.direction, engine)) write_batch(writer, batch);
  writer.EndArray();
  writer.EndObject();
}

void write_failure(Writer& writer, const MigrationFailure::Details& details) {
  text(writer, "migration");
  writer.StartObject();
  member(writer, "revision", details.revision);
  member(writer, "file", details.file);
  member(writer, "line", static_cast<std::int64_t>(details.position.line));
  member(writer, "column", static_cast<std::int64_t>(details.position.column));
  member(writer, "statement", details.statement);
  member(writer, "state", details.state);
  member(writer, "message", details.message);
  member(writer, "hint", details.hint);
  member(writer, "blocker", details.blocker);
  member(writer, "outcome", details.outcome);
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

std::string json_of(const Picture& picture, const std::vector<Graph::Index>& only,
                    Sections sections) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  text(writer, "revisions");
  writer.StartArray();
  for (const auto index : only) write_revision(writer, picture, index, sections);
  writer.EndArray();
  writer.EndObject();
  return line(buffer);
}

std::string json_of(const std::vector<PlannedStep>& steps, db::Engine engine,
                    const std::vector<std::string>& current) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  text(writer, "steps");
  writer.StartArray();
  for (const auto& step : steps) write_planned(writer, step, engine);
  writer.EndArray();
  member(writer, "current", current);
  writer.EndObject();
  return line(buffer);
}

std::string json_of_file(const std::filesystem::path& path) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  member(writer, "file", path.string());
  writer.EndObject();
  return line(buffer);
}

std::string json_of_wait(std::string_view database, std::chrono::milliseconds waited) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  member(writer, "database", database);
  member(writer, "waited_ms", waited.count());
  writer.EndObject();
  return line(buffer);
}

std::string json_of_script(db::Engine engine, std::string_view sql) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  member(writer, "engine", db::to_string(engine));
  member(writer, "sql", sql);
  writer.EndObject();
  return line(buffer);
}

std::string json_of(const Error& error, cli::ExitCode code) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  text(writer, "error");
  writer.StartObject();
  member(writer, "code", to_string(error.code()));
  member(writer, "exit_code", static_cast<std::int64_t>(code));
  member(writer, "message", std::string_view(error.what()));
  if (const auto* failure = dynamic_cast<const MigrationFailure*>(&error))
    write_failure(writer, failure->details());
  writer.EndObject();
  writer.EndObject();
  return line(buffer);
}

}  // namespace notes::migrate
