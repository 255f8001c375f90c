#include "migrate/revision_spec.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "migrate/migration.hpp"

namespace notes::migrate {
namespace {

constexpr std::size_t kShortestPrefix = 4;

[[noreturn]] void refuse(std::string_view text, const std::string& reason) {
  throw Error(ErrorCode::usage, fmt::format("revision '{}': {}", text, reason));
}

bool is_word(std::string_view text) {
  return text == "head" || text == "heads" || text == "base" || text == "current";
}

}  // namespace

RevisionSpec parse_revision_spec(std::string_view text) {
  RevisionSpec spec;
  spec.text = text;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    spec.branch = rest.substr(0, at);
    if (!is_revision_id(spec.branch))
      refuse(text, "expected a branch label or a revision in front of '@'");
    rest.remove_prefix(at + 1);
  }
  const auto sign = std::min(rest.find_first_of("+-"), rest.size());
  spec.symbol = rest.substr(0, sign);
  rest.remove_prefix(sign);
  if (!rest.empty()) {
    int number = 0;
    const auto digits = rest.substr(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || number < 1) {
      refuse(text, fmt::format("expected a number of at least 1 behind '{}', got '{}'",
                               rest.front(), digits));
    }
    spec.offset = rest.front() == '-' ? -number : number;
  } else if (spec.symbol.empty()) {
    refuse(text, "expected an id, head, heads, base, current, +N or -N");
  }
  if (spec.symbol.empty() || is_word(spec.symbol) || is_revision_id(spec.symbol)) return spec;
  if (text.find(':') != std::string_view::npos)
    refuse(text, "a range, where one revision is expected");
  refuse(text, "expected an id, head, heads, base, current, +N or -N");
}

RevisionRange parse_revision_range(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) refuse(text, "expected a range such as A:B, A: or :B");
  const auto from = text.substr(0, colon);
  const auto to = text.substr(colon + 1);
  if (from.empty() && to.empty()) refuse(text, "a range needs at least one end");
  RevisionRange range;
  if (!from.empty()) range.from = parse_revision_spec(from);
  if (!to.empty()) range.to = parse_revision_spec(to);
  return range;
}

std::string Resolver::list(const std::vector<Graph::Index>& revisions) const {
  std::string text;
  constexpr std::size_t most = 8;
  for (std::size_t at = 0; at < revisions.size(); ++at) {
    if (at == most) return text + fmt::format(" and {} more", revisions.size() - most);
    const Revision& revision = graph_[revisions[at]];
    fmt::format_to(std::back_inserter(text), "{}{}", at == 0 ? "" : ", ", revision.id);
    if (!revision.message.empty())
      fmt::format_to(std::back_inserter(text), " ({})", revision.message);
  }
  return text;
}

Graph::Index Resolver::one(std::string_view id_or_prefix) const {
  if (const auto found = graph_.find(id_or_prefix)) return *found;
  if (const auto found = graph_.labelled(id_or_prefix)) return *found;
  if (id_or_prefix.size() < kShortestPrefix) {
    refuse(id_or_prefix,
           fmt::format("no revision has this id, and a prefix needs at least {} characters",
                       kShortestPrefix));
  }
  const auto matches = graph_.matching(id_or_prefix);
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1) refuse(id_or_prefix, "ambiguous: " + list(matches));
  std::vector<std::string_view> ids;
  for (Graph::Index index = 0; index < graph_.size(); ++index) ids.push_back(graph_[index].id);
  refuse(id_or_prefix, "no such revision" + did_you_mean(id_or_prefix, ids));
}

std::vector<bool> Resolver::branch(const RevisionSpec& spec) const {
  if (spec.branch.empty()) return std::vector<bool>(graph_.size(), true);
  return graph_.branch(one(spec.branch));
}

std::vector<Graph::Index> Resolver::heads(const RevisionSpec& spec) const {
  const auto members = branch(spec);
  auto heads = graph_.heads();
  std::erase_if(heads, [&](Graph::Index head) { return !members[head]; });
  return heads;
}

std::vector<Graph::Index> Resolver::named(const RevisionSpec& spec) const {
  if (spec.symbol == "base") return {};
  if (spec.symbol == "heads") return heads(spec);
  if (spec.symbol == "head") {
    auto found = heads(spec);
    if (found.size() < 2) return found;
    throw Error(ErrorCode::inconsistent, fmt::format("'{}': there are {} heads: {}; name one, say "
                                                     "'heads' for all, or join them with 'merge'",
                                                     spec.text, found.size(), list(found)));
  }
  const auto members = branch(spec);
  if (spec.symbol == "current") {
    auto found = graph_.applied_heads(applied_);
    std::erase_if(found, [&](Graph::Index index) { return !members[index]; });
    return found;
  }
  const Graph::Index found = one(spec.symbol);
  if (!members[found])
    refuse(spec.text, fmt::format("{} is not on the branch {}", graph_[found].id, spec.branch));
  return {found};
}

Graph::Index Resolver::walk(const RevisionSpec& spec, Graph::Index from, int steps) const {
  const auto members = branch(spec);
  Graph::Index at = from;
  for (int step = 0; step < std::abs(steps); ++step) {
    auto next = steps < 0 ? graph_.parents(at) : graph_.children(at);
    std::erase_if(next, [&](Graph::Index index) { return !members[index]; });
    if (next.empty()) {
      refuse(spec.text, fmt::format("{} is {} {} from the {}, so that one cannot go {} from it",
                                    graph_[from].id, step, step == 1 ? "step" : "steps",
                                    steps < 0 ? "first revision" : "head", std::abs(steps)));
    }
    if (next.size() > 1) {
      throw Error(ErrorCode::inconsistent,
                  fmt::format("'{}' is ambiguous: {} leads to {}; name the branch, as in LABEL@{}",
                              spec.text, graph_[at].id, list(next), spec.text));
    }
    at = next.front();
  }
  return at;
}

std::vector<Graph::Index> Resolver::resolve(const RevisionSpec& spec) const {
  if (spec.relative())
    refuse(spec.text, "a step from where the database stands does not name a revision here");
  const auto found = named(spec);
  if (!spec.offset) return found;
  if (found.empty() && *spec.offset > 0) {
    // base+N: the first step is onto the base itself.
    auto bases = graph_.bases();
    const auto members = branch(spec);
    std::erase_if(bases, [&](Graph::Index index) { return !members[index]; });
    if (bases.size() != 1) {
      throw Error(
          ErrorCode::inconsistent,
          fmt::format("'{}' is ambiguous: the first revisions are {}", spec.text, list(bases)));
    }
    return {walk(spec, bases.front(), *spec.offset - 1)};
  }
  if (found.size() != 1) {
    throw Error(ErrorCode::inconsistent,
                fmt::format("'{}': '{}' names {} revisions ({}); an offset needs one", spec.text,
                            spec.symbol, found.size(), list(found)));
  }
  return {walk(spec, found.front(), *spec.offset)};
}

}  // namespace notes::migrate
