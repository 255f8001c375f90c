#include "api/note_transfer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "api/page_request.hpp"
#include "api/query_reader.hpp"

namespace notes::api {
namespace {

using domain::NotePosition;
using http::Schema;

constexpr std::array<std::string_view, 2> kParameters{"format", "cursor"};

/// What a request's body may have unless it is configured otherwise.
constexpr std::size_t kPartBytes = std::size_t{1024} * 1024;
/// Notes are read so many at a time: their bodies can be 512 KiB each.
constexpr std::size_t kNotesAtOnce = 20;
/// A person needs to see only so many errors.
constexpr std::size_t kMostErrors = 100;

/// In front of every payload, so that another form of cursor is never taken for this one.
constexpr std::string_view kForm = "export:";
constexpr std::size_t kIdLength = 36;

std::string name_of(NoteFormat format) {
  return format == NoteFormat::markdown ? "markdown" : "jsonl";
}

std::string context_of(const domain::Actor& actor, NoteFormat format) {
  return fmt::format("{}\n{}", to_string(actor.user), name_of(format));
}

std::optional<NotePosition> read_payload(std::string_view payload) {
  if (!payload.starts_with(kForm)) return std::nullopt;
  payload.remove_prefix(kForm.size());
  const auto id = domain::NoteId::parse(payload.substr(0, kIdLength));
  if (!id) return std::nullopt;
  return NotePosition{std::string(payload.substr(kIdLength)), *id};
}

struct Part {
  std::string file;
  std::optional<NotePosition> next;  ///< behind the last note of this part
};

Part read_part(service::Notes& notes, const domain::Actor& actor, NoteFormat format,
               std::optional<NotePosition> after) {
  Part part;
  std::size_t count = 0;
  for (bool more = true; more;) {
    const auto page = notes.list(actor, {.limit = kNotesAtOnce, .after = after});
    more = page.next.has_value();
    for (const auto& note : page.items) {
      std::string text;
      append_note(text, note, format);
      const bool full = part.file.size() + text.size() > kPartBytes;
      if (count > 0 && (full || count == service::kMostImported)) {
        part.next = after;
        return part;
      }
      part.file += text;
      ++count;
      after = position_of(note, domain::NoteSort::created);
    }
  }
  return part;
}

void write(rapidjson::Writer<rapidjson::StringBuffer>& writer, const char* name,
           std::string_view text) {
  writer.Key(name);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace

std::vector<http::Parameter> export_parameters() {
  return {{.name = "format",
           .description = "One note as JSON per line, or Markdown with front matter.",
           .schema = Schema::one_of({"jsonl", "markdown"}).with_default(R"("jsonl")")},
          {.name = "cursor",
           .description = "Where this part begins: as the link of the part before says.",
           .schema = Schema::text(1)}};
}

http::Response export_notes(service::Notes& notes, const http::Request& request,
                            const domain::Actor& actor, const identity::TokenSigner& signer) {
  QueryReader reader(request);
  reader.check_names(kParameters, "an export");
  const auto format = parse_note_format(reader.text("format").value_or("jsonl"));
  if (!format) reader.refuse("format", "unknown", "must be jsonl or markdown");
  reader.finish();
  std::optional<NotePosition> after;
  if (const auto cursor = reader.text("cursor")) {
    if (const auto payload = signer.verify(*cursor, context_of(actor, *format))) {
      after = read_payload(*payload);
    }
    if (!after) {
      throw Error(ErrorCode::malformed,
                  "cursor: must be that of the link of an earlier part in the same format; leave "
                  "it out to begin with the first part");
    }
  }
  auto part = read_part(notes, actor, *format, std::move(after));
  auto response = http::respond(200, media_type_of(*format), std::move(part.file));
  response.headers.add("Content-Disposition", *format == NoteFormat::markdown
                                                  ? R"(attachment; filename="notes.md")"
                                                  : R"(attachment; filename="notes.jsonl")");
  if (part.next) {
    const auto cursor =
        signer.sign(fmt::format("{}{}{}", kForm, to_string(part.next->id), part.next->key),
                    context_of(actor, *format));
    response.headers.add("Link", next_link(request, cursor));
  }
  return response;
}

std::string to_json(const service::ImportReport& report) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("created");
  writer.Uint64(report.created);
  writer.Key("updated");
  writer.Uint64(report.updated);
  writer.Key("unchanged");
  writer.Uint64(report.unchanged);
  writer.Key("failed");
  writer.Uint64(report.failed);
  writer.Key("errors");
  writer.StartArray();
  const auto shown = std::min(report.failures.size(), kMostErrors);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& failure = report.failures[i];
    writer.StartObject();
    writer.Key("line");
    writer.Uint64(failure.line);
    write(writer, "pointer", failure.problem.pointer);
    write(writer, "code", failure.problem.code);
    write(writer, "detail", failure.problem.detail);
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<http::NamedSchema> note_transfer_schemas() {
  const auto error =
      Schema::object({{"line", Schema::integer(1).described("Where the note begins in the file.")},
                      {"pointer", Schema::text().described("A JSON pointer into the note.")},
                      {"code", Schema::text().described("What is wrong, for a program.")},
                      {"detail", Schema::text().described("What is wrong, for a person.")}});
  return {{"NoteImportReport", Schema::object({{"created", Schema::integer(0)},
                                               {"updated", Schema::integer(0)},
                                               {"unchanged", Schema::integer(0)},
                                               {"failed", Schema::integer(0)},
                                               {"errors", Schema::array(error, kMostErrors)}})}};
}

}  // namespace notes::api
