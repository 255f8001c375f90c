#include "migrate/graph.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace notes::migrate {
namespace {

std::vector<std::string_view> all_ids(const std::vector<Revision>& revisions) {
  std::vector<std::string_view> ids;
  ids.reserve(revisions.size());
  for (const auto& revision : revisions) ids.push_back(revision.id);
  return ids;
}

}  // namespace

Graph::Graph(std::vector<Revision> revisions) : revisions_(std::move(revisions)) {
  by_id_.reserve(revisions_.size());
  for (Index index = 0; index < revisions_.size(); ++index) {
    const auto [entry, added] = by_id_.emplace(revisions_[index].id, index);
    if (!added) {
      throw Error(
          ErrorCode::inconsistent,
          fmt::format("revision {} stands in two files, {} and {}; give one of them another id",
                      revisions_[index].id, revisions_[entry->second].origin,
                      revisions_[index].origin));
    }
  }
  sorted_by_id_.resize(revisions_.size());
  std::iota(sorted_by_id_.begin(), sorted_by_id_.end(), Index{0});
  std::sort(sorted_by_id_.begin(), sorted_by_id_.end(),
            [this](Index left, Index right) { return revisions_[left].id < revisions_[right].id; });
  connect();
  sort();
}

void Graph::connect() {
  parents_.resize(size());
  children_.resize(size());
  needs_.resize(size());
  needed_by_.resize(size());
  const auto target = [this](Index from, const std::string& id, std::string_view key) {
    if (const auto found = find(id)) return *found;
    const Revision& revision = revisions_[from];
    throw Error(
        ErrorCode::inconsistent,
        fmt::format(
            "{}: {} names {}, and no file has that revision{}; add the file or mend the line",
            revision.origin, key, id, did_you_mean(id, all_ids(revisions_))));
  };
  for (Index index = 0; index < size(); ++index) {
    for (const auto& id : revisions_[index].parents) {
      const Index parent = target(index, id, "down_revision");
      parents_[index].push_back(parent);
      children_[parent].push_back(index);
      needs_[index].push_back(parent);
      needed_by_[parent].push_back(index);
    }
    for (const auto& id : revisions_[index].depends_on) {
      const Index dependency = target(index, id, "depends_on");
      needs_[index].push_back(dependency);
      needed_by_[dependency].push_back(index);
    }
    for (const auto& label : revisions_[index].branch_labels) {
      if (!by_label_.emplace(label, index).second || by_id_.contains(label)) {
        throw Error(ErrorCode::inconsistent,
                    fmt::format("{}: the branch label {} is taken already; choose another",
                                revisions_[index].origin, label));
      }
    }
  }
}

void Graph::sort() {
  // Depth first over what each needs, with a stack of its own: a chain may be tens of thousands
  // long.
  enum class Mark : unsigned char { fresh, open, done };
  std::vector<Mark> marks(size(), Mark::fresh);
  struct Frame {
    Index index;
    std::size_t next;
  };
  std::vector<Frame> stack;
  order_.reserve(size());
  for (Index start = 0; start < size(); ++start) {
    if (marks[start] != Mark::fresh) continue;
    marks[start] = Mark::open;
    stack.push_back({start, 0});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == needs_[frame.index].size()) {
        marks[frame.index] = Mark::done;
        order_.push_back(frame.index);
        stack.pop_back();
        continue;
      }
      const Index needed = needs_[frame.index][frame.next++];
      if (marks[needed] == Mark::open) report_cycle(needed);
      if (marks[needed] == Mark::fresh) {
        marks[needed] = Mark::open;
        stack.push_back({needed, 0});
      }
    }
  }
}

void Graph::report_cycle(Index start) const {
  // Breadth first from `start` back to itself: the shortest way round names no revision that has no
  // part in it.
  std::vector<std::optional<Index>> came_from(size());
  std::vector<Index> queue{start};
  for (std::size_t at = 0; at < queue.size() && !came_from[start]; ++at) {
    for (const Index needed : needs_[queue[at]]) {
      if (came_from[needed]) continue;
      came_from[needed] = queue[at];
      queue.push_back(needed);
    }
  }
  std::vector<std::string> names{revisions_[start].id};
  for (Index at = *came_from[start]; at != start; at = *came_from[at])
    names.push_back(revisions_[at].id);
  names.push_back(revisions_[start].id);
  throw Error(ErrorCode::inconsistent,
              fmt::format("the revisions form a cycle: {}; mend down_revision or depends_on in {}",
                          fmt::join(names, " <- "), revisions_[start].origin));
}

std::optional<Graph::Index> Graph::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::vector<Graph::Index> Graph::matching(std::string_view prefix) const {
  std::vector<Index> found;
  const auto first = std::lower_bound(
      sorted_by_id_.begin(), sorted_by_id_.end(), prefix,
      [this](Index index, std::string_view wanted) { return revisions_[index].id < wanted; });
  for (auto at = first; at != sorted_by_id_.end() && revisions_[*at].id.starts_with(prefix); ++at) {
    found.push_back(*at);
  }
  return found;
}

std::optional<Graph::Index> Graph::labelled(std::string_view label) const {
  const auto found = by_label_.find(label);
  if (found == by_label_.end()) return std::nullopt;
  return found->second;
}

std::vector<Graph::Index> Graph::heads() const {
  std::vector<Index> found;
  std::copy_if(order_.begin(), order_.end(), std::back_inserter(found),
               [this](Index index) { return children_[index].empty(); });
  return found;
}

std::vector<Graph::Index> Graph::bases() const {
  std::vector<Index> found;
  std::copy_if(order_.begin(), order_.end(), std::back_inserter(found),
               [this](Index index) { return parents_[index].empty(); });
  return found;
}

std::vector<Graph::Index> Graph::branch_points() const {
  std::vector<Index> found;
  std::copy_if(order_.begin(), order_.end(), std::back_inserter(found),
               [this](Index index) { return children_[index].size() > 1; });
  return found;
}

std::vector<bool> Graph::reach(const std::vector<Index>& from,
                               const std::vector<std::vector<Index>>& arrows) const {
  std::vector<bool> reached(size());
  std::vector<Index> queue;
  const auto visit = [&](Index index) {
    if (reached[index]) return;
    reached[index] = true;
    queue.push_back(index);
  };
  for (const Index index : from) visit(index);
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const auto& next = arrows[queue[at]];
    for (const Index index : next) visit(index);
  }
  return reached;
}

std::vector<bool> Graph::ancestors(const std::vector<Index>& from) const {
  return reach(from, needs_);
}

std::vector<bool> Graph::descendants(const std::vector<Index>& from) const {
  return reach(from, needed_by_);
}

std::vector<bool> Graph::branch(Index root) const {
  auto members = reach({root}, children_);
  for (Index at = root; parents_[at].size() == 1 && children_[parents_[at].front()].size() == 1;) {
    at = parents_[at].front();
    members[at] = true;
  }
  return members;
}

std::vector<Graph::Index> Graph::applied_heads(const AppliedSet& applied) const {
  std::vector<bool> is_applied(size());
  for (Index index = 0; index < size(); ++index)
    is_applied[index] = applied.contains(revisions_[index].id);
  // In reverse order each one sees whether anything applied builds on it, also across revisions
  // that are not applied.
  std::vector<bool> built_on(size());
  std::vector<Index> found;
  for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
    if (is_applied[*at] && !built_on[*at]) found.push_back(*at);
    if (!is_applied[*at] && !built_on[*at]) continue;
    for (const Index parent : parents_[*at]) built_on[parent] = true;
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace notes::migrate
