#include "migrate/plan.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::migrate;

namespace {

Revision revision(std::string id, std::vector<std::string> parents,
                  std::vector<std::string> labels = {}) {
  Revision made;
  made.origin = id + ".sql";
  made.id = std::move(id);
  made.parents = std::move(parents);
  made.branch_labels = std::move(labels);
  return made;
}

Graph chain() {
  return Graph(
      {revision("r1", {}), revision("r2", {"r1"}), revision("r3", {"r2"}), revision("r4", {"r3"})});
}

// r1 <- r2 <- r5
//    <- r3 (mail) <- r4 <- r5
Graph diamond() {
  return Graph({revision("r1", {}), revision("r2", {"r1"}), revision("r3", {"r1"}, {"mail"}),
                revision("r4", {"r3"}), revision("r5", {"r2", "r4"})});
}

template <typename Plan>
std::string planned(Plan plan, const Graph& graph, const AppliedSet& applied,
                    std::string_view target) {
  try {
    std::string text;
    for (const auto& step : plan(graph, applied, parse_revision_spec(target))) {
      text += (text.empty() ? "" : " ") + std::string(to_string(step.direction)) + ":" +
              graph[step.revision].id;
    }
    return text;
  } catch (const Error& error) {
    return std::string(error.code() == ErrorCode::usage ? "usage: " : "inconsistent: ") +
           error.what();
  }
}

std::string up(const Graph& graph, const AppliedSet& applied, std::string_view target) {
  return planned(plan_upgrade, graph, applied, target);
}

std::string down(const Graph& graph, const AppliedSet& applied, std::string_view target) {
  return planned(plan_downgrade, graph, applied, target);
}

}  // namespace

TEST_CASE("upgrade runs what is missing and no more") {
  const Graph graph = chain();
  CHECK(up(graph, {}, "head") == "up:r1 up:r2 up:r3 up:r4");
  CHECK(up(graph, {"r1", "r2"}, "head") == "up:r3 up:r4");
  CHECK(up(graph, {"r1"}, "r2") == "up:r2");
  CHECK(up(graph, {"r1"}, "+2") == "up:r2 up:r3");
  CHECK(up(graph, {"r1", "r2", "r3", "r4"}, "head") == "");
  CHECK(up(graph, {"r1", "r2"}, "base") == "");
}

TEST_CASE("upgrade sees a revision that was merged late") {
  const Graph graph = chain();
  CHECK(up(graph, {"r1", "r2", "r4"}, "head") == "up:r3");
  const auto steps = plan_upgrade(graph, {"r1", "r2", "r4"}, parse_revision_spec("head"));
  CHECK(out_of_order(graph, {"r1", "r2", "r4"}, steps) == std::vector<Graph::Index>{2});
  CHECK(out_of_order(graph, {"r1", "r2"},
                     plan_upgrade(graph, {"r1", "r2"}, parse_revision_spec("head")))
            .empty());
}

TEST_CASE("upgrade never clamps and never goes down") {
  const Graph graph = chain();
  CHECK(up(graph, {"r1"}, "+4") ==
        "usage: upgrade +4: only 3 revisions are pending; say 'upgrade' to apply all");
  CHECK(up(graph, {"r1"}, "-1") == "usage: upgrade -1: upgrade goes up; say 'downgrade -1'");
}

TEST_CASE("downgrade takes back in the reverse order") {
  const Graph graph = chain();
  const AppliedSet all{"r1", "r2", "r3", "r4"};
  CHECK(down(graph, all, "-1") == "down:r4");
  CHECK(down(graph, all, "-4") == "down:r4 down:r3 down:r2 down:r1");
  CHECK(down(graph, all, "r2") == "down:r4 down:r3");
  CHECK(down(graph, all, "r4") == "");
  CHECK(down(graph, all, "base") == "down:r4 down:r3 down:r2 down:r1");
  CHECK(down(graph, {"r1", "r2", "r4"}, "r1") == "down:r4 down:r2");
}

TEST_CASE("downgrade never clamps and never guesses") {
  const Graph graph = chain();
  CHECK(down(graph, {"r1", "r2", "r3"}, "-5") ==
        "usage: downgrade -5: only 3 revisions are applied; say 'downgrade base' to take back all");
  CHECK(down(graph, {}, "-1") ==
        "usage: downgrade -1: only 0 revisions are applied; say 'downgrade base' to take back all");
  CHECK(down(graph, {"r1"}, "+1") == "usage: downgrade +1: downgrade goes down; say 'upgrade +1'");
  CHECK(down(graph, {"r1"}, "r3") ==
        "usage: downgrade r3: revision r3 is not applied, so there is no way down to it");
}

TEST_CASE("branches are taken back one by one, and choosing between them is left to the person") {
  const Graph graph = diamond();
  const AppliedSet all{"r1", "r2", "r3", "r4", "r5"};
  CHECK(up(graph, {"r1"}, "head") == "up:r2 up:r3 up:r4 up:r5");
  CHECK(down(graph, all, "-1") == "down:r5");
  CHECK(down(graph, all, "-2") ==
        "inconsistent: downgrade -2 is ambiguous after 1 of 2: it could take back r2, r4; name a "
        "revision to go down to, or a branch "
        "as in LABEL@-2");
  CHECK(down(graph, {"r1", "r2", "r3", "r4"}, "mail@-1") == "down:r4");
  CHECK(down(graph, {"r1", "r2", "r3", "r4"}, "mail@base") == "down:r4 down:r3");
  CHECK(down(graph, all, "r2") == "down:r5");
}

TEST_CASE("with several heads +N has to be told which") {
  const Graph graph({revision("r1", {}), revision("r2", {"r1"}), revision("r3", {"r1"}, {"mail"})});
  CHECK(up(graph, {"r1"}, "+1") ==
        "inconsistent: upgrade +1 is ambiguous: there are 2 heads: r2, r3; name the branch, as in "
        "LABEL@+1");
  CHECK(up(graph, {"r1"}, "mail@+1") == "up:r3");
  CHECK(up(graph, {"r1"}, "heads") == "up:r2 up:r3");
}
