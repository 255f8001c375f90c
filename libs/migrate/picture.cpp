#include "migrate/picture.hpp"

#include <algorithm>
#include <unordered_set>

#include "migrate/batch.hpp"
#include "migrate/folder.hpp"

namespace notes::migrate {
namespace {

/// The files first, so that their places in the graph are their places in the folder.
std::vector<Revision> revisions(const std::vector<Migration>& files,
                                const std::vector<AppliedRevision>& applied) {
  std::vector<Revision> all;
  std::unordered_set<std::string> known;
  for (const auto& file : files) {
    all.push_back(revision_of(file));
    known.insert(file.revision);
  }
  const auto in_files = known;
  for (const auto& row : applied) known.insert(row.revision);
  for (const auto& row : applied) {
    if (in_files.contains(row.revision)) continue;
    Revision revision{row.revision, row.parents, row.depends_on,
                      {},           row.message, "the history of the database"};
    const auto unknown = [&](const std::string& id) { return !known.contains(id); };
    std::erase_if(revision.parents, unknown);
    std::erase_if(revision.depends_on, unknown);
    all.push_back(std::move(revision));
  }
  return all;
}

State compare(const Migration& file, const AppliedRevision& row, db::Engine engine) {
  // A revision that was stamped without its file has nothing to be compared with.
  if (row.checksum.empty() || file.checksum == row.checksum) return State::applied;
  return token_checksum(file, engine) == row.token_checksum ? State::reworded : State::altered;
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::pending:
      return "pending";
    case State::applied:
      return "applied";
    case State::reworded:
      return "reworded";
    case State::altered:
      return "altered";
    case State::missing:
      return "missing";
  }
  return "";
}

Picture::Picture(std::vector<Migration> files, std::vector<AppliedRevision> applied,
                 db::Engine engine)
    : files_(std::move(files)), rows_(std::move(applied)), graph_(revisions(files_, rows_)) {
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    row_of_.emplace(rows_[at].revision, at);
    applied_ids_.insert(rows_[at].revision);
  }
  states_.reserve(graph_.size());
  for (Graph::Index index = 0; index < graph_.size(); ++index) {
    const auto* in_history = row(index);
    if (in_history == nullptr) {
      states_.push_back(State::pending);
    } else {
      states_.push_back(index < files_.size() ? compare(files_[index], *in_history, engine)
                                              : State::missing);
    }
  }
}

const Migration* Picture::file(Graph::Index revision) const {
  return revision < files_.size() ? &files_[revision] : nullptr;
}

const AppliedRevision* Picture::row(Graph::Index revision) const {
  const auto found = row_of_.find(graph_[revision].id);
  return found == row_of_.end() ? nullptr : &rows_[found->second];
}

std::vector<Graph::Index> Picture::in(State state) const {
  std::vector<Graph::Index> found;
  std::copy_if(graph_.order().begin(), graph_.order().end(), std::back_inserter(found),
               [&](Graph::Index index) { return states_[index] == state; });
  return found;
}

}  // namespace notes::migrate
