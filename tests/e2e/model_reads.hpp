#pragma once

#include <optional>
#include <string>

#include "e2e/exchange.hpp"
#include "e2e/own_notes.hpp"

namespace notes::tests {

/// The page that a list goes on with.
struct NextPage {
  ListQuery query;
  ListPosition behind;
  std::string target;
};

/// Reads of the client's own notes, each held against the model as it is when the answer comes:
/// nothing may be changed in the same flight.
class ModelReads {
 public:
  explicit ModelReads(OwnNotes& own) : own_(own) {}

  /// One of them, by chance.
  Exchange exchange();
  /// One note by its id, whole or (by chance) only if it has changed.
  Exchange get(const std::string& id);

 private:
  ListQuery query();
  Exchange list();
  Exchange cut_list();
  Exchange next_page();
  Exchange everybodys_list();
  Exchange search_one(const std::string& id);
  Exchange search_all();

  OwnNotes& own_;
  std::optional<NextPage> next_;
};

}  // namespace notes::tests
