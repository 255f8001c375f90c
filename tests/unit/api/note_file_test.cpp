#include "api/note_file.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"

using notes::Error;
using notes::ErrorCode;
using notes::Timestamp;
using notes::Violation;
using notes::api::append_note;
using notes::api::NoteFormat;
using notes::api::read_note_file;
using notes::domain::Note;
using notes::domain::NoteId;
using notes::service::ImportedNote;

namespace {

constexpr auto kId = "019aa5e4-2f1c-7abc-8def-0123456789ab";

Note sample(std::string body) {
  Note note;
  note.id = *NoteId::parse(kId);
  note.title = "회의록: \"A\" #1";
  note.body = std::move(body);
  note.tags = {"Work", "회의"};
  note.pinned = true;
  note.version = 3;
  note.created_at = *Timestamp::parse("2026-11-21T11:30:00.000001Z");
  note.updated_at = *Timestamp::parse("2026-11-21T11:30:01.5Z");
  return note;
}

std::string file_of(const std::vector<Note>& notes, NoteFormat format) {
  std::string file;
  for (const auto& note : notes) append_note(file, note, format);
  return file;
}

/// The notes read back are what was written, as far as a file holds it.
void check_same(const std::vector<Note>& notes, const std::vector<ImportedNote>& read) {
  REQUIRE(read.size() == notes.size());
  for (std::size_t i = 0; i < notes.size(); ++i) {
    REQUIRE(read[i].problems == std::vector<Violation>{});
    CHECK(read[i].id == notes[i].id);
    CHECK(read[i].created_at == notes[i].created_at);
    CHECK(read[i].draft.title == notes[i].title);
    CHECK(read[i].draft.body == notes[i].body);
    CHECK(read[i].draft.tags == notes[i].tags);
    CHECK(read[i].draft.pinned == notes[i].pinned);
    CHECK(read[i].draft.archived == notes[i].archived);
  }
}

std::vector<Violation> problems_of(const std::string& file, NoteFormat format) {
  const auto read = read_note_file(file, format);
  REQUIRE(read.size() == 1);
  return read[0].problems;
}

}  // namespace

TEST_CASE("a note in Markdown has front matter, its body, and nothing else") {
  CHECK(file_of({sample("line 1\nline 2")}, NoteFormat::markdown) ==
        "<!-- note -->\n---\n"
        "id: \"019aa5e4-2f1c-7abc-8def-0123456789ab\"\n"
        "title: \"회의록: \\\"A\\\" #1\"\n"
        "tags: [\"Work\",\"회의\"]\n"
        "pinned: true\n"
        "archived: false\n"
        "created_at: \"2026-11-21T11:30:00.000001Z\"\n"
        "updated_at: \"2026-11-21T11:30:01.500000Z\"\n"
        "---\nline 1\nline 2\n");
}

TEST_CASE("a line of a body that would begin a note gets a backslash, which comes off again") {
  const std::string body = "<!-- note -->\n<!-- \\note -->\n<!-- \\\\note -->\n<!-- note -->";
  const auto file = file_of({sample(body)}, NoteFormat::markdown);
  CHECK(file.ends_with(
      "---\n<!-- \\note -->\n<!-- \\\\note -->\n<!-- \\\\\\note -->\n<!-- \\note -->\n"));
  check_same({sample(body)}, read_note_file(file, NoteFormat::markdown));
}

TEST_CASE("whatever the bodies are, a file gives back what was put into it") {
  const std::vector<std::string> pieces{"",
                                        "\n",
                                        "\n\n",
                                        "---",
                                        "<!-- note -->",
                                        "<!-- \\note -->",
                                        "text",
                                        "\r\n",
                                        "id: \"x\"",
                                        "<!--note-->",
                                        "{\"a\":1}",
                                        "회의\t",
                                        " ",
                                        "\x01",
                                        "<!-- note -->x",
                                        "<!-- note -->\r"};
  for (const auto format : {NoteFormat::json_lines, NoteFormat::markdown}) {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
      std::vector<Note> notes;
      for (auto left = random() % 4; left > 0; --left) {
        std::string body;
        for (auto parts = random() % 8; parts > 0; --parts) {
          body += pieces[random() % pieces.size()];
          if (random() % 2 == 0) body += '\n';
        }
        notes.push_back(sample(body));
      }
      check_same(notes, read_note_file(file_of(notes, format), format));
    }
  }
}

TEST_CASE("a line of JSON that is wrong fails by itself, with its number") {
  const auto read = read_note_file(
      "{\"title\":\"a\"}\n\n{\"title\":\n{\"title\":\"b\",\"version\":9,\"deleted_at\":null}\r\n[]"
      "\n"
      "{\"titel\":\"c\"}\n{\"title\":\"d\",\"id\":\"x\"}",
      NoteFormat::json_lines);
  REQUIRE(read.size() == 6);
  CHECK(read[0].line == 1);
  CHECK(read[0].draft.title == "a");
  CHECK(read[0].problems.empty());
  CHECK(read[1].line == 3);
  REQUIRE(read[1].problems.size() == 1);
  CHECK(read[1].problems[0].code == "malformed");
  CHECK(read[1].problems[0].detail.starts_with("is not JSON: line 1, column 10: "));
  CHECK(read[2].line == 4);
  CHECK(read[2].draft.title == "b");
  CHECK(read[2].problems.empty());
  CHECK(read[3].problems ==
        std::vector<Violation>{{"", "wrong_type", "must be an object, is an array"}});
  CHECK(read[4].problems.size() == 2);
  CHECK(read[5].line == 7);
  CHECK(read[5].problems == std::vector<Violation>{{"/id", "not_readable", "must be a UUID"}});
}

TEST_CASE("Markdown that is wrong fails from one note to the next") {
  CHECK(problems_of("just text\nmore", NoteFormat::markdown) ==
        std::vector<Violation>{{"", "malformed", "a note begins with <!-- note -->"}});
  CHECK(problems_of("<!-- note -->\ntext\n", NoteFormat::markdown) ==
        std::vector<Violation>{{"", "malformed", "the front matter begins with a line of ---"}});
  CHECK(problems_of("<!-- note -->\n---\ntitle: \"t\"\n", NoteFormat::markdown) ==
        std::vector<Violation>{{"", "malformed", "the front matter has no end: a line of ---"}});
  CHECK(problems_of("<!-- note -->\n---\ntitle \"t\"\n---\n", NoteFormat::markdown) ==
        std::vector<Violation>{
            {"", "malformed", "line 3: must be a name, a colon and a JSON value"}});
  CHECK(problems_of("<!-- note -->\n---\ntitle: t\n---\n", NoteFormat::markdown)[0].code ==
        "malformed");
  CHECK(problems_of("<!-- note -->\n---\nid: null\n---\n", NoteFormat::markdown).size() == 2);
  const auto read = read_note_file(
      "<!-- note -->\n---\nname: 1\n---\nlost\n<!-- note -->\n---\ntitle: \"kept\"\n---\n",
      NoteFormat::markdown);
  REQUIRE(read.size() == 2);
  CHECK(read[0].line == 1);
  CHECK(read[0].problems.size() == 2);
  CHECK(read[1].line == 6);
  CHECK(read[1].draft.title == "kept");
  CHECK(read[1].draft.body.empty());
}

TEST_CASE("a file has 1000 notes at most, and may have none") {
  CHECK(read_note_file("", NoteFormat::json_lines).empty());
  CHECK(read_note_file("", NoteFormat::markdown).empty());
  std::string file;
  for (int i = 0; i < 1000; ++i) file += "{\"title\":\"t\"}\n";
  CHECK(read_note_file(file, NoteFormat::json_lines).size() == 1000);
  CHECK_THROWS_AS(read_note_file(file + file + "{}", NoteFormat::json_lines), Error);
}
