#include "migrate/graph.hpp"

#include <chrono>

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::migrate;

namespace {

Revision revision(std::string id, std::vector<std::string> parents,
                  std::vector<std::string> depends_on = {}) {
  Revision made;
  made.origin = id + ".sql";
  made.id = std::move(id);
  made.parents = std::move(parents);
  made.depends_on = std::move(depends_on);
  return made;
}

std::vector<std::string> ids(const Graph& graph, const std::vector<Graph::Index>& indexes) {
  std::vector<std::string> found;
  for (const auto index : indexes) found.push_back(graph[index].id);
  return found;
}

std::string message_of(std::vector<Revision> revisions) {
  try {
    const Graph graph(std::move(revisions));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::inconsistent);
    return error.what();
  }
  return "no error";
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a graph of two branches and a merge knows its heads, bases and forks") {
  const Graph graph({revision("d", {"b", "c"}), revision("b", {"a"}), revision("c", {"a"}),
                     revision("a", {}), revision("x", {}, {"c"})});

  CHECK(ids(graph, graph.order()) == Ids{"a", "b", "c", "d", "x"});
  CHECK(ids(graph, graph.heads()) == Ids{"d", "x"});
  CHECK(ids(graph, graph.bases()) == Ids{"a", "x"});
  CHECK(ids(graph, graph.branch_points()) == Ids{"a"});
  CHECK(graph.ancestors({*graph.find("x")}) == std::vector<bool>{false, false, true, true, true});
  CHECK(graph.descendants({*graph.find("c")}) == std::vector<bool>{true, false, true, false, true});
}

TEST_CASE("a branch reaches from where it forked to its heads") {
  const Graph graph({revision("a", {}), revision("b", {"a"}), revision("c", {"a"}),
                     revision("d", {"c"}), revision("e", {"d"})});
  CHECK(graph.branch(*graph.find("d")) == std::vector<bool>{false, false, true, true, true});
}

TEST_CASE("applied heads are what nothing applied builds on, also across a gap") {
  const Graph graph(
      {revision("a", {}), revision("b", {"a"}), revision("c", {"b"}), revision("z", {"a"})});
  CHECK(ids(graph, graph.applied_heads({})) == Ids{});
  CHECK(ids(graph, graph.applied_heads({"a", "c"})) == Ids{"c"});
  CHECK(ids(graph, graph.applied_heads({"a", "b", "z"})) == Ids{"b", "z"});
}

TEST_CASE("prefixes find revisions in the order of their ids") {
  const Graph graph({revision("abcd2", {}), revision("abcd1", {}), revision("abd", {})});
  CHECK(ids(graph, graph.matching("abcd")) == Ids{"abcd1", "abcd2"});
  CHECK(ids(graph, graph.matching("x")) == Ids{});
}

TEST_CASE("a broken graph is refused by name") {
  CHECK(message_of({revision("a1b2c3", {}), revision("b", {"a1b2c4"})}) ==
        "b.sql: down_revision names a1b2c4, and no file has that revision (did you mean "
        "'a1b2c3'?); add the file or mend the line");
  CHECK(message_of({revision("a", {}), revision("a", {})}) ==
        "revision a stands in two files, a.sql and a.sql; give one of them another id");
  CHECK(message_of({revision("a", {"c"}), revision("b", {"a"}), revision("c", {"b"}),
                    revision("d", {"c"})}) ==
        "the revisions form a cycle: a <- b <- c <- a; mend down_revision or depends_on in a.sql");
  CHECK(message_of({revision("a", {"a"})}) ==
        "the revisions form a cycle: a <- a; mend down_revision or depends_on in a.sql");
}

TEST_CASE("a chain of fifty thousand is sorted without recursion") {
  std::vector<Revision> chain;
  for (int number = 50'000; number > 0; --number) {
    chain.push_back(revision("r" + std::to_string(number),
                             number == 1 ? Ids{} : Ids{"r" + std::to_string(number - 1)}));
  }
  const Graph graph(std::move(chain));
  CHECK(graph[graph.order().front()].id == "r1");
  CHECK(graph[graph.order().back()].id == "r50000");
}
