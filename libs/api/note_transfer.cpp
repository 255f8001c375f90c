#include "api/note_transfer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "api/query_reader.hpp"

namespace notes::api {
namespace {

using domain::NotePosition;
using http::Schema;

constexpr std::array<std::string_view, 1> kParameters{"format"};

/// A piece of an export ends behind the note with which it is so long.
constexpr std::size_t kPieceBytes = std::size_t{256} * 1024;
/// So many notes are read at a time; fewer where they are long, which they can be: 512 KiB.
constexpr std::size_t kFirstRead = 20;
constexpr std::size_t kMostRead = 100;
/// A person needs to see only so many errors.
constexpr std::size_t kMostErrors = 100;

/// All notes of a user, piece by piece. Every piece is read when it is asked for.
class ExportWalk {
 public:
  ExportWalk(service::Notes& notes, const domain::Actor& actor, NoteFormat format)
      : notes_(&notes), actor_(actor), format_(format) {}

  bool is_done() const { return done_; }

  std::string next() {
    std::string piece;
    while (!done_ && piece.size() < kPieceBytes) {
      const auto page = notes_->list(actor_, {.limit = at_once_, .after = after_});
      std::size_t taken = 0;
      for (; taken < page.items.size() && piece.size() < kPieceBytes; ++taken) {
        append_note(piece, page.items[taken], format_);
      }
      if (taken > 0) after_ = position_of(page.items[taken - 1], domain::NoteSort::created);
      done_ = taken == page.items.size() && !page.next;
      // What was read in vain is read again: next time not many more than were wanted now.
      at_once_ = std::clamp<std::size_t>(2 * taken, 2, kMostRead);
    }
    return piece;
  }

 private:
  service::Notes* notes_;  // the service outlives the server's answers
  domain::Actor actor_;
  NoteFormat format_;
  std::optional<NotePosition> after_;
  std::size_t at_once_ = kFirstRead;
  bool done_ = false;
};

void write(rapidjson::Writer<rapidjson::StringBuffer>& writer, const char* name,
           std::string_view text) {
  writer.Key(name);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace

std::vector<http::Parameter> export_parameters() {
  return {{.name = "format",
           .description = "One note as JSON per line, or Markdown with front matter.",
           .schema = Schema::one_of({"jsonl", "markdown"}).with_default(R"("jsonl")")}};
}

http::Response export_notes(service::Notes& notes, const http::Request& request,
                            const domain::Actor& actor) {
  QueryReader reader(request);
  reader.check_names(kParameters, "an export");
  const auto format = parse_note_format(reader.text("format").value_or("jsonl"));
  if (!format) reader.refuse("format", "unknown", "must be jsonl or markdown");
  reader.finish();
  ExportWalk walk(notes, actor, *format);
  auto response = http::respond(200, media_type_of(*format), walk.next());
  response.headers.add("Content-Disposition", *format == NoteFormat::markdown
                                                  ? R"(attachment; filename="notes.md")"
                                                  : R"(attachment; filename="notes.jsonl")");
  if (walk.is_done()) return response;
  response.rest = [walk]() mutable -> std::optional<std::string> {
    if (walk.is_done()) return std::nullopt;
    return walk.next();
  };
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
