#include "service/search.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "store/note_list.hpp"
#include "store/note_search.hpp"

namespace notes::service {
namespace {

using domain::Note;
using domain::NotePosition;
using domain::NoteSort;

/// Takes notes in order, keeps what the query finds, and says when it is enough.
class Page {
 public:
  Page(const SearchRequest& request, Search::Effort effort) : request_(request), left_(effort) {}

  /// False when the note shall not be looked at any more: the page ends before it.
  bool take(Note note) {
    if (left_.notes == 0 || left_.bytes == 0) {
      next_ = last_;
      return false;
    }
    --left_.notes;
    left_.bytes -= std::min(left_.bytes, note.title.size() + note.body.size());
    auto position = position_of(note, NoteSort::created);
    if (matches(request_.query, note)) {
      if (found_.size() == request_.limit) {
        next_ = position_of(found_.back(), NoteSort::created);
        return false;
      }
      found_.push_back(std::move(note));
    }
    last_ = std::move(position);
    return true;
  }

  /// The page ends behind a place up to which everything was looked at.
  void end_at(const NotePosition& place) { next_ = place; }

  FoundPage finish() {
    FoundPage page{.items = {}, .next = std::move(next_)};
    for (auto& note : found_) {
      auto title = domain::highlighted(note.title, request_.query);
      auto excerpt = domain::excerpt(note.body, request_.query);
      page.items.push_back({std::move(note), std::move(title), std::move(excerpt)});
    }
    return page;
  }

 private:
  const SearchRequest& request_;
  Search::Effort left_;
  std::vector<Note> found_;
  std::optional<NotePosition> last_;
  std::optional<NotePosition> next_;
};

/// All of the owner's notes that the filter lets through, in order.
void walk(db::Session& session, domain::UserId owner, const SearchRequest& request, Page& page) {
  domain::NoteQuery query{.sort = NoteSort::created,
                          .filter = request.filter,
                          .limit = store::kMostNotesAtOnce,
                          .after = request.after};
  for (;;) {
    auto notes = store::list_notes(session, owner, query);
    if (notes.empty()) return;
    query.after = position_of(notes.back(), NoteSort::created);
    const bool last = notes.size() < query.limit;
    for (auto& note : notes) {
      if (!page.take(std::move(note))) return;
    }
    if (last) return;
  }
}

/// The candidates, in order.
void look_at(db::Session& session, domain::UserId owner, const SearchRequest& request,
             std::span<const NotePosition> candidates, Page& page) {
  while (!candidates.empty()) {
    const auto some = candidates.first(std::min(candidates.size(), store::kMostNotesAtOnce));
    candidates = candidates.subspan(some.size());
    std::vector<domain::NoteId> ids;
    for (const auto& candidate : some) ids.push_back(candidate.id);
    auto notes = store::find_notes(session, owner, request.filter, ids);
    std::sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) {
      return std::pair(a.created_at, a.id) > std::pair(b.created_at, b.id);
    });
    for (auto& note : notes) {
      if (!page.take(std::move(note))) return;
    }
  }
}

}  // namespace

FoundPage Search::find(const domain::Actor& actor, const SearchRequest& request) {
  const auto terms = index_terms(request.query);
  return database_.read([&](db::Session& session) {
    Page page(request, effort_);
    const auto candidates =
        store::find_candidates(session, actor.user, terms, request.after, effort_.notes);
    if (candidates.too_many) {
      walk(session, actor.user, request, page);
    } else {
      const auto& places = candidates.positions;
      if (places.size() == effort_.notes) page.end_at(places.back());
      look_at(session, actor.user, request, places, page);
    }
    return page.finish();
  });
}

}  // namespace notes::service
