#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "db/database.hpp"
#include "domain/excerpt.hpp"
#include "domain/note_list.hpp"
#include "domain/search_query.hpp"
#include "domain/user.hpp"

namespace notes::service {

/// A part of what a user's notes a query finds.
struct SearchRequest {
  domain::SearchQuery query;  ///< as read_search_query() returns it, without violations
  domain::NoteFilter filter = {};
  std::size_t limit = 50;
  std::optional<domain::NotePosition> after = {};
};

/// A note that was found, with what was found in it.
struct FoundNote {
  domain::Note note;
  std::vector<domain::Segment> title;    ///< all of it
  std::vector<domain::Segment> excerpt;  ///< of the body
};

struct FoundPage {
  std::vector<FoundNote> items;
  /// Where to go on; none when there is nothing behind it. What is looked at for one page is
  /// limited: one with fewer items than asked for, or none, may have another behind it.
  std::optional<domain::NotePosition> next;
};

/// Finds notes by what stands in them, those made last first. Each is held against the query
/// itself: an index only says which to look at. Thread-safe; the database must outlive it.
class Search {
 public:
  /// What is looked at for one page at most, whichever comes first.
  struct Effort {
    std::size_t notes = 5'000;
    std::size_t bytes = std::size_t{16} * 1024 * 1024;
  };

  explicit Search(db::Database& database) : Search(database, Effort()) {}
  Search(db::Database& database, Effort effort) : database_(database), effort_(effort) {}

  /// Precondition: limit >= 1. Throws what db::Database throws.
  FoundPage find(const domain::Actor& actor, const SearchRequest& request);

 private:
  db::Database& database_;
  Effort effort_;
};

}  // namespace notes::service
