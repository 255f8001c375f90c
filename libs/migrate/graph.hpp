#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace notes::migrate {

/// What the graph knows of a revision. `origin` names it in messages: its file, or the history of
/// the database.
struct Revision {
  std::string id;
  std::vector<std::string> parents;
  std::vector<std::string> depends_on;
  std::vector<std::string> branch_labels;
  std::string message;
  std::string origin;
};

/// The ids that are applied. A set, not a high-water mark: what was merged late is seen.
using AppliedSet = std::unordered_set<std::string>;

/// The revisions and their arrows; immutable. Revisions are spoken of by their index in the order
/// they were given in. Everything is iterative and linear in the size of the graph, unless it says
/// otherwise.
class Graph {
 public:
  using Index = std::size_t;

  /// Throws Error{inconsistent} for an id that two have, a parent or dependency that nobody has, a
  /// label given twice or equal to an id, and a cycle (naming all of it).
  explicit Graph(std::vector<Revision> revisions);
  Graph(const Graph&) = delete;  // the maps view into the revisions
  Graph& operator=(const Graph&) = delete;
  Graph(Graph&&) = default;
  Graph& operator=(Graph&&) = default;
  ~Graph() = default;

  std::size_t size() const { return revisions_.size(); }
  const Revision& operator[](Index index) const { return revisions_[index]; }

  std::optional<Index> find(std::string_view id) const;
  /// Those whose id begins with `prefix`, in the order of their ids.
  std::vector<Index> matching(std::string_view prefix) const;
  /// The revision that carries a branch label.
  std::optional<Index> labelled(std::string_view label) const;

  const std::vector<Index>& parents(Index index) const { return parents_[index]; }
  const std::vector<Index>& children(Index index) const { return children_[index]; }

  /// Every revision behind all that it needs; the same for the same input.
  const std::vector<Index>& order() const { return order_; }
  std::vector<Index> heads() const;          ///< without children
  std::vector<Index> bases() const;          ///< without parents
  std::vector<Index> branch_points() const;  ///< with several children

  /// The revisions of `from` and all that they need: parents and dependencies.
  std::vector<bool> ancestors(const std::vector<Index>& from) const;
  /// The revisions of `from` and all that need them.
  std::vector<bool> descendants(const std::vector<Index>& from) const;
  /// The branch that a label (or any revision) names: itself, all that descends from it, and its
  /// ancestors back to where the branch left another.
  std::vector<bool> branch(Index root) const;

  /// The applied revisions that no other applied revision builds on, in the graph's order.
  std::vector<Index> applied_heads(const AppliedSet& applied) const;

 private:
  void connect();
  void sort();
  std::vector<bool> reach(const std::vector<Index>& from,
                          const std::vector<std::vector<Index>>& arrows) const;
  [[noreturn]] void report_cycle(Index start) const;

  std::vector<Revision> revisions_;
  std::unordered_map<std::string_view, Index> by_id_;
  std::unordered_map<std::string_view, Index> by_label_;
  std::vector<Index> sorted_by_id_;
  std::vector<std::vector<Index>> parents_;
  std::vector<std::vector<Index>> children_;
  std::vector<std::vector<Index>> needs_;  // parents and dependencies
  std::vector<std::vector<Index>> needed_by_;
  std::vector<Index> order_;
};

}  // namespace notes::migrate
