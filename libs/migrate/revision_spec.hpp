#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrate/graph.hpp"

namespace notes::migrate {

/// A revision as a person names it, by Alembic's grammar:
///   3f2a9c1b7e44 (or any unambiguous prefix of at least 4 characters), head, heads, base, current,
///   +N, -N (from where the database stands), REV+N, REV-N, and any of these behind LABEL@ for one
///   branch.
struct RevisionSpec {
  std::string text;    ///< as it was written, for messages
  std::string branch;  ///< in front of '@': a branch label, or a revision of the branch
  std::string symbol;  ///< id, prefix or word; empty for a step from where the database stands
  std::optional<int> offset;

  /// +N or -N alone.
  bool relative() const { return symbol.empty(); }
};

/// Throws Error{usage} for anything that the grammar does not produce: nothing is ignored, nothing
/// clamped.
RevisionSpec parse_revision_spec(std::string_view text);

/// A:B, A: and :B. An absent end is nullopt.
struct RevisionRange {
  std::optional<RevisionSpec> from;
  std::optional<RevisionSpec> to;
};

/// Throws Error{usage}; a single revision is no range.
RevisionRange parse_revision_range(std::string_view text);

/// Finds what specs name in one graph and one state of the database. What it is given must outlive
/// it.
class Resolver {
 public:
  Resolver(const Graph& graph, const AppliedSet& applied) : graph_(graph), applied_(applied) {}

  /// The revisions that a spec with a symbol names: none for base, several for heads and for
  /// current on several branches. An offset walks along the parents (-) or the children (+).
  ///
  /// Throws Error{usage} for what does not exist, for a prefix that several have (listing them),
  /// for an offset past either end, and for a relative spec; Error{inconsistent} for head where
  /// there are several, and for an offset over a fork.
  std::vector<Graph::Index> resolve(const RevisionSpec& spec) const;

  /// The branch a spec is limited to; every revision when it names none.
  std::vector<bool> branch(const RevisionSpec& spec) const;

  /// The heads of that branch.
  std::vector<Graph::Index> heads(const RevisionSpec& spec) const;

  /// "3f2a9c1b7e44 (add archived_at), 4c…": for messages.
  std::string list(const std::vector<Graph::Index>& revisions) const;

 private:
  std::vector<Graph::Index> named(const RevisionSpec& spec) const;
  Graph::Index one(std::string_view id_or_prefix) const;
  Graph::Index walk(const RevisionSpec& spec, Graph::Index from, int steps) const;

  const Graph& graph_;
  const AppliedSet& applied_;
};

}  // namespace notes::migrate
