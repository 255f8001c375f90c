#include "migrate/plan.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::migrate {
namespace {

std::vector<bool> marks(const Graph& graph, const AppliedSet& applied) {
  std::vector<bool> marked(graph.size());
  for (Graph::Index index = 0; index < graph.size(); ++index)
    marked[index] = applied.contains(graph[index].id);
  return marked;
}

std::vector<Step> missing(const Graph& graph, const std::vector<bool>& applied,
                          const std::vector<Graph::Index>& targets) {
  const auto wanted = graph.ancestors(targets);
  std::vector<Step> steps;
  for (const auto index : graph.order()) {
    if (wanted[index] && !applied[index]) steps.push_back({Direction::up, index});
  }
  return steps;
}

/// The last `count` applied revisions of a branch, the latest first; each choice between branches
/// is an error.
std::vector<Step> last_applied(const Graph& graph, const AppliedSet& applied,
                               const RevisionSpec& target) {
  const Resolver resolver(graph, applied);
  const auto members = resolver.branch(target);
  const auto count = static_cast<std::size_t>(std::abs(*target.offset));
  AppliedSet left = applied;
  std::size_t available = 0;
  for (Graph::Index index = 0; index < graph.size(); ++index) {
    if (members[index] && applied.contains(graph[index].id)) ++available;
  }
  if (count > available) {
    throw Error(
        ErrorCode::usage,
        fmt::format("downgrade {}: only {} applied{}; say 'downgrade base' to take back all",
                    target.text,
                    available == 1 ? "1 revision is" : fmt::format("{} revisions are", available),
                    target.branch.empty() ? "" : " on that branch"));
  }
  std::vector<Step> steps;
  while (steps.size() < count) {
    auto heads = graph.applied_heads(left);
    std::erase_if(heads, [&](Graph::Index head) { return !members[head]; });
    if (heads.size() != 1) {
      throw Error(ErrorCode::inconsistent,
                  fmt::format("downgrade {} is ambiguous after {} of {}: it could take back {}; "
                              "name a revision to go down "
                              "to, or a branch as in LABEL@{}",
                              target.text, steps.size(), count, resolver.list(heads), target.text));
    }
    steps.push_back({Direction::down, heads.front()});
    left.erase(graph[heads.front()].id);
  }
  return steps;
}

}  // namespace

std::vector<Graph::Index> pending(const Graph& graph, const AppliedSet& applied) {
  std::vector<Graph::Index> found;
  for (const auto index : graph.order()) {
    if (!applied.contains(graph[index].id)) found.push_back(index);
  }
  return found;
}

std::vector<Step> plan_upgrade(const Graph& graph, const AppliedSet& applied,
                               const RevisionSpec& target) {
  const Resolver resolver(graph, applied);
  const auto is_applied = marks(graph, applied);
  if (!target.relative()) return missing(graph, is_applied, resolver.resolve(target));
  if (*target.offset < 0) {
    throw Error(ErrorCode::usage, fmt::format("upgrade {}: upgrade goes up; say 'downgrade {}'",
                                              target.text, target.text));
  }
  const auto heads = resolver.heads(target);
  auto steps = missing(graph, is_applied, heads);
  const auto count = static_cast<std::size_t>(*target.offset);
  if (count > steps.size()) {
    throw Error(ErrorCode::usage,
                fmt::format("upgrade {}: only {} pending; say 'upgrade' to apply all", target.text,
                            steps.size() == 1 ? "1 revision is"
                                              : fmt::format("{} revisions are", steps.size())));
  }
  if (heads.size() > 1 && count < steps.size()) {
    throw Error(
        ErrorCode::inconsistent,
        fmt::format(
            "upgrade {} is ambiguous: there are {} heads: {}; name the branch, as in LABEL@{}",
            target.text, heads.size(), resolver.list(heads), target.text));
  }
  steps.resize(count);
  return steps;
}

std::vector<Step> plan_downgrade(const Graph& graph, const AppliedSet& applied,
                                 const RevisionSpec& target) {
  const Resolver resolver(graph, applied);
  if (target.relative()) {
    if (*target.offset < 0) return last_applied(graph, applied, target);
    throw Error(ErrorCode::usage, fmt::format("downgrade {}: downgrade goes down; say 'upgrade {}'",
                                              target.text, target.text));
  }
  const auto is_applied = marks(graph, applied);
  const auto targets = resolver.resolve(target);
  for (const auto index : targets) {
    if (is_applied[index]) continue;
    throw Error(
        ErrorCode::usage,
        fmt::format("downgrade {}: revision {} is not applied, so there is no way down to it",
                    target.text, graph[index].id));
  }
  std::vector<Graph::Index> roots = targets;
  if (targets.empty()) {
    const auto members = resolver.branch(target);
    for (Graph::Index index = 0; index < graph.size(); ++index) {
      if (members[index]) roots.push_back(index);
    }
  }
  auto above = graph.descendants(roots);
  for (const auto index : targets) above[index] = false;
  std::vector<Step> steps;
  for (auto at = graph.order().rbegin(); at != graph.order().rend(); ++at) {
    if (above[*at] && is_applied[*at]) steps.push_back({Direction::down, *at});
  }
  return steps;
}

std::vector<Graph::Index> out_of_order(const Graph& graph, const AppliedSet& applied,
                                       const std::vector<Step>& plan) {
  const auto is_applied = marks(graph, applied);
  const auto count = std::count(is_applied.begin(), is_applied.end(), true);
  std::vector<Graph::Index> late;
  for (const auto& step : plan) {
    const auto before = graph.ancestors({step.revision});
    std::ptrdiff_t known = 0;
    for (Graph::Index index = 0; index < graph.size(); ++index)
      known += before[index] && is_applied[index] ? 1 : 0;
    if (known < count) late.push_back(step.revision);
  }
  return late;
}

}  // namespace notes::migrate
