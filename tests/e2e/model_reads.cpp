#include "e2e/model_reads.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace notes::tests {
namespace {

std::vector<NoteJson> first(std::vector<NoteJson> notes, std::size_t count) {
  notes.resize(std::min(notes.size(), count));
  return notes;
}

/// The page of an answer, which may lead on only when there is more than it holds.
NotePageJson answered_page(const HttpResponse& answer, std::size_t limit, std::size_t listed) {
  expect_status(answer, 200);
  auto page = read_page(answer.body);
  expect(page.next_cursor.has_value() == (listed > limit),
         fmt::format("a page of {} with {} to come leads on: {}", limit, listed,
                     page.next_cursor.has_value()));
  return page;
}

/// {"items":[{"id":…,"version":…},…
std::string cut_items(const std::vector<NoteJson>& notes) {
  std::string items;
  for (const auto& note : notes) {
    items += fmt::format(R"({}{{"id":"{}","version":{}}})", items.empty() ? "" : ",", note.id,
                         note.version);
  }
  return R"({"items":[)" + items + "]";
}

/// Own notes in a list of all notes of the person: exactly those that are as new as its last.
void check_everybodys(OwnNotes& own, const NotePageJson& page) {
  std::vector<NoteJson> mine;
  for (const auto& note : page.items) {
    expect(note.title.starts_with(own.person_mark()), "another person's note: " + note.title);
    if (note.title.starts_with(own.mark())) mine.push_back(note);
  }
  auto listed = own.model.listed({});
  if (page.next_cursor) {
    const auto end = ListPosition::of(page.items.back(), ListOrder::created);
    std::erase_if(listed, [&](const NoteJson& note) {
      return precedes(end, ListPosition::of(note, ListOrder::created), ListOrder::created);
    });
  }
  own.model.check(mine, listed);
}

void check_found(const HttpResponse& answer, const std::vector<NoteJson>& listed) {
  expect_status(answer, 200);
  const auto page = read_found_page(answer.body);
  const bool same =
      std::equal(page.items.begin(), page.items.end(), listed.begin(), listed.end(),
                 [](const FoundJson& found, const NoteJson& note) { return found.id == note.id; });
  expect(same, fmt::format("found are {} notes and not the {} that should be", page.items.size(),
                           listed.size()));
}

}  // namespace

Exchange ModelReads::exchange() {
  if (next_ && own_.chance(30)) return next_page();
  const auto choice = own_.below(100);
  if (choice < 45) {
    if (const auto id = own_.take_live()) return get(*id);
  }
  if (choice < 65) return list();
  if (choice < 72) return cut_list();
  if (choice < 90) return everybodys_list();
  if (choice < 95) {
    if (const auto id = own_.take_live()) return search_one(*id);
  }
  return search_all();
}

Exchange ModelReads::get(const std::string& id) {
  const auto version = own_.model.at(id).version;
  // The version before is one that the client may have, and is not the note's any more.
  const auto held = version - (own_.chance(50) ? 1 : 0);
  HttpClient::Fields fields;
  const bool asks = own_.chance(40);
  if (asks) fields.emplace_back("If-None-Match", fmt::format("\"{}\"", held));
  return {.method = "GET",
          .target = path_of(id),
          .fields = fields,
          .body = {},
          .check = [this, id, version, same = asks && held == version](const auto& answer) {
            expect_status(answer, same ? 304 : 200);
            expect(answer.header("etag") == fmt::format("\"{}\"", version), "the ETag is another");
            if (same) return;
            const auto note = read_note(answer.body);
            expect(note.id == id, "the answer is another note: " + note.id);
            own_.model.check(note);
          }};
}

ListQuery ModelReads::query() {
  constexpr std::array kOrders{ListOrder::created, ListOrder::updated, ListOrder::title};
  constexpr std::array<std::size_t, 4> kLimits{1, 5, 50, 200};
  ListQuery query{.tag = own_.chance(70) ? own_.tag() : own_.other_tag(),
                  .order = kOrders[own_.below(kOrders.size())],
                  .pinned = {},
                  .archived = {},
                  .trashed = own_.chance(20),
                  .limit = kLimits[own_.below(kLimits.size())]};
  if (own_.chance(25)) query.pinned = own_.chance(50);
  if (own_.chance(25)) query.archived = own_.chance(50);
  // When a note went to the trash is not known from its being thrown away.
  if (query.trashed && query.order == ListOrder::updated) query.order = ListOrder::created;
  return query;
}

Exchange ModelReads::list() {
  const auto query = this->query();
  return {.method = "GET",
          .target = query.target(),
          .fields = {},
          .body = {},
          .check = [this, query](const HttpResponse& answer) {
            const auto listed = own_.model.listed(query);
            const auto page = answered_page(answer, query.limit, listed.size());
            own_.model.check(page.items, first(listed, query.limit));
            if (!page.next_cursor) return;
            next_ = {.query = query,
                     .behind = ListPosition::of(page.items.back(), query.order),
                     .target = query.target() + "&cursor=" + *page.next_cursor};
          }};
}

Exchange ModelReads::cut_list() {
  const auto query = this->query();
  return {.method = "GET",
          .target = query.target() + "&fields=id,version&include_total=true",
          .fields = {},
          .body = {},
          .check = [this, query](const HttpResponse& answer) {
            expect_status(answer, 200);
            const auto listed = own_.model.listed(query);
            const auto items = cut_items(first(listed, query.limit));
            expect(answer.body.starts_with(items), "the list does not begin with " + items);
            const auto total =
                fmt::format(R"("total":{{"count":{},"capped":false}}}})", listed.size());
            expect(answer.body.ends_with(total), "the list does not end with " + total);
          }};
}

Exchange ModelReads::next_page() {
  const auto next = *std::exchange(next_, std::nullopt);
  return {.method = "GET",
          .target = next.target,
          .fields = {},
          .body = {},
          .check = [this, next](const HttpResponse& answer) {
            const auto listed = own_.model.listed(next.query, next.behind);
            const auto page = answered_page(answer, next.query.limit, listed.size());
            own_.model.check(page.items, first(listed, next.query.limit));
          }};
}

/// The same request from every client of the person, so that one answer could serve several.
Exchange ModelReads::everybodys_list() {
  return {.method = "GET",
          .target = fmt::format("{}?limit={}", kNotes, own_.chance(50) ? 20 : 200),
          .fields = {},
          .body = {},
          .check = [this](const HttpResponse& answer) {
            expect_status(answer, 200);
            check_everybodys(own_, read_page(answer.body));
          }};
}

Exchange ModelReads::search_one(const std::string& id) {
  return {.method = "GET",
          .target = fmt::format("{}/search?q={}", kNotes, own_.word_of(own_.model.at(id))),
          .fields = {},
          .body = {},
          .check = [this, id](const auto& answer) { check_found(answer, {own_.model.at(id)}); }};
}

Exchange ModelReads::search_all() {
  return {.method = "GET",
          .target = fmt::format("{}/search?limit=200&q={}*", kNotes, own_.word_prefix()),
          .fields = {},
          .body = {},
          .check = [this](const auto& answer) { check_found(answer, own_.model.listed({})); }};
}

}  // namespace notes::tests
