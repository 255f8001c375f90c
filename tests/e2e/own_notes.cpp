#include "e2e/own_notes.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace notes::tests {
namespace {

/// How many of those that are gone for good are asked for again.
constexpr std::size_t kDead = 8;

}  // namespace

std::string Wording::json() const {
  return fmt::format(R"({{"title":"{}","body":"{}","tags":["{}"],"pinned":{},"archived":{}}})",
                     title, body, fmt::join(tags, R"(",")"), pinned, archived);
}

OwnNotes::OwnNotes(std::size_t person, std::size_t client)
    : person_(person), client_(client), random_(client) {}

std::string OwnNotes::person_mark() const { return fmt::format("u{} ", person_); }

std::string OwnNotes::mark() const { return fmt::format("u{} c{} ", person_, client_); }

std::string OwnNotes::tag() const { return fmt::format("c{}", client_); }

std::string OwnNotes::other_tag() const { return fmt::format("c{}-other", client_); }

std::string OwnNotes::word_of(const NoteJson& note) const {
  const auto begin = note.body.find(word_prefix());
  expect(begin != std::string::npos, "a body without its word: " + note.body);
  return note.body.substr(begin, note.body.find(' ', begin) - begin);
}

std::string OwnNotes::word_prefix() const { return fmt::format("w{}x", client_); }

Wording OwnNotes::new_wording() { return wording_of(notes_made_++); }

Wording OwnNotes::new_wording(const NoteJson& note) {
  return wording_of(std::stoul(word_of(note).substr(word_prefix().size())));
}

Wording OwnNotes::wording_of(std::size_t note) {
  Wording wording{
      .title = fmt::format("{}n{} r{}", mark(), note, wordings_made_++),
      .body = fmt::format("{}{}{} {}", mark(), word_prefix(), note, std::string(below(300), 'z')),
      .tags = {tag()},
      .pinned = chance(30),
      .archived = chance(30)};
  if (chance(40)) wording.tags.push_back(other_tag());
  return wording;
}

std::string OwnNotes::new_id() {
  const auto high = random_();
  const auto low = random_();
  return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU,
                     high & 0xfffU, low >> 52U, low & 0xffff'ffff'ffffU);
}

std::optional<std::string> OwnNotes::take_live() { return take(false); }

std::optional<std::string> OwnNotes::take_trashed() { return take(true); }

std::optional<std::string> OwnNotes::take(bool trashed) {
  std::vector<std::string_view> free;
  for (const auto& [id, note] : model.notes()) {
    if (note.deleted_at.has_value() == trashed && !taken_.contains(id)) free.push_back(id);
  }
  if (free.empty()) return std::nullopt;
  const std::string chosen(free[below(free.size())]);
  taken_.insert(chosen);
  return chosen;
}

std::optional<std::string> OwnNotes::dead() const {
  if (dead_.empty()) return std::nullopt;
  return dead_.back();
}

void OwnNotes::bury(const std::string& id) {
  model.erase(id);
  if (dead_.size() == kDead) dead_.erase(dead_.begin());
  dead_.push_back(id);
}

bool OwnNotes::chance(unsigned percent) { return below(100) < percent; }

std::size_t OwnNotes::below(std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
}

}  // namespace notes::tests
