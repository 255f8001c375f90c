#include "e2e/shared_notes.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace notes::tests {
namespace {

/// How many of the notes are changed at one time.
constexpr std::size_t kAtOnce = 3;

std::int64_t version_in(const HttpResponse& answer) {
  const auto tag = answer.header("etag").value_or("\"\"");
  return std::strtoll(tag.c_str() + 1, nullptr, 10);
}

}  // namespace

Exchange SharedNotes::exchange(double progress) {
  if (seen_) return write(*std::exchange(seen_, std::nullopt));
  const auto first = static_cast<std::size_t>(progress * static_cast<double>(ids_.size()));
  return read(ids_[(first + own_.below(kAtOnce)) % ids_.size()]);
}

Exchange SharedNotes::read(const std::string& id) {
  return {.method = "GET",
          .target = path_of(id),
          .fields = {},
          .body = {},
          .check = [this, id](const HttpResponse& answer) {
            expect_status(answer, 200);
            const auto note = read_note(answer.body);
            expect(note.id == id, "the answer is another note: " + note.id);
            expect(note.body.starts_with(shared_beginning(own_.person())), "not a shared note");
            expect(version_in(answer) == note.version, "the ETag is not of the note's version");
            for (const auto& mark : acknowledged_[id]) {
              expect(note.body.find(mark) != std::string::npos, "a mark is lost: " + mark);
            }
            seen_ = note;
          }};
}

Exchange SharedNotes::write(const NoteJson& seen) {
  const auto mark = fmt::format("m{}x{} ", own_.client(), marks_made_++);
  auto expected = seen;
  expected.body += mark;
  ++expected.version;
  return {.method = "PATCH",
          .target = path_of(seen.id),
          .fields = {{"Content-Type", "application/merge-patch+json"},
                     {"If-Match", fmt::format("\"{}\"", seen.version)}},
          .body = fmt::format(R"({{"body":"{}"}})", expected.body),
          .check = [this, seen, mark, expected](const HttpResponse& answer) {
            if (answer.status == 412) {
              expect(version_in(answer) > seen.version, "refused, and the version is as it was");
              return;
            }
            expect_status(answer, 200);
            auto note = read_note(answer.body);
            note.updated_at = expected.updated_at;
            expect(note == expected, "the changed note is not what was read with the mark added");
            acknowledged_[seen.id].push_back(mark);
          }};
}

std::string shared_beginning(std::size_t person) { return fmt::format("shared u{} ", person); }

void check_marks(const NoteJson& note, std::size_t person, std::vector<std::string> marks) {
  const auto beginning = shared_beginning(person);
  expect(note.body.starts_with(beginning), "not a shared note: " + note.body);
  std::istringstream words(note.body.substr(beginning.size()));
  std::vector<std::string> found;
  for (std::string word; words >> word;) found.push_back(word + " ");
  std::sort(found.begin(), found.end());
  std::sort(marks.begin(), marks.end());
  expect(found == marks, fmt::format("note {} has the marks {} and should have {}", note.id,
                                     fmt::join(found, ""), fmt::join(marks, "")));
  expect(
      note.version == 1 + static_cast<std::int64_t>(marks.size()),
      fmt::format("note {} has version {} after {} changes", note.id, note.version, marks.size()));
}

}  // namespace notes::tests
