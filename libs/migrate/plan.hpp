#pragma once

#include <vector>

#include "migrate/graph.hpp"
#include "migrate/migration.hpp"
#include "migrate/revision_spec.hpp"

namespace notes::migrate {

/// One migration to be run.
struct Step {
  Direction direction = Direction::up;
  Graph::Index revision = 0;

  friend bool operator==(const Step&, const Step&) = default;
};

/// What `upgrade SPEC` has to run, in order: all that the target needs and that is not applied; for
/// +N the first N of what is pending. Nothing when it is all applied.
///
/// Throws what Resolver::resolve throws; Error{usage} when fewer than N are pending, and for -N;
/// Error{inconsistent} for +N where there are several heads and no branch is named.
std::vector<Step> plan_upgrade(const Graph& graph, const AppliedSet& applied,
                               const RevisionSpec& target);

/// What `downgrade SPEC` has to run, in order: of what is applied, all that builds on the target;
/// for -N the last N; for base all.
///
/// Throws what Resolver::resolve throws; Error{usage} when fewer than N are applied, when the
/// target is not applied itself, and for +N; Error{inconsistent} for -N where it would have to
/// choose between branches.
std::vector<Step> plan_downgrade(const Graph& graph, const AppliedSet& applied,
                                 const RevisionSpec& target);

/// Those of a plan that something applied did not wait for: files that were merged late.
std::vector<Graph::Index> out_of_order(const Graph& graph, const AppliedSet& applied,
                                       const std::vector<Step>& plan);

/// Everything that is not applied, in the graph's order.
std::vector<Graph::Index> pending(const Graph& graph, const AppliedSet& applied);

}  // namespace notes::migrate
