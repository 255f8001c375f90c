#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "migrate/graph.hpp"
#include "migrate/history.hpp"
#include "migrate/migration.hpp"

namespace notes::migrate {

/// How a revision stands between the folder and the database.
enum class State {
  pending,
  applied,
  reworded,  ///< applied; the file has changed since in comments or white space only
  altered,   ///< applied; the file's SQL is not what was run
  missing,   ///< applied; the folder has no file of it
};

/// As status and --json write it.
std::string_view to_string(State state);

/// The folder and the history of one database, put together. Immutable, until its files
/// are taken.
class Picture {
 public:
  /// A revision that only the history knows is part of the graph too, with the parents it had when
  /// it was applied. Throws Error{inconsistent} as Graph does, and Error{malformed} for a changed
  /// file that cannot be cut into tokens.
  Picture(std::vector<Migration> files, std::vector<AppliedRevision> applied, db::Engine engine);

  const Graph& graph() const { return graph_; }
  const AppliedSet& applied() const { return applied_ids_; }

  /// The revision's file; nullptr when there is none.
  const Migration* file(Graph::Index revision) const;
  /// The revision's row in the history; nullptr when it is not applied.
  const AppliedRevision* row(Graph::Index revision) const;
  State state(Graph::Index revision) const { return states_[revision]; }
  /// All revisions in this state, in the graph's order.
  std::vector<Graph::Index> in(State state) const;

  /// The files, for another picture.
  std::vector<Migration> files() && { return std::move(files_); }

 private:
  std::vector<Migration> files_;
  std::vector<AppliedRevision> rows_;
  Graph graph_;
  AppliedSet applied_ids_;
  std::unordered_map<std::string, std::size_t> row_of_;
  std::vector<State> states_;
};

}  // namespace notes::migrate
