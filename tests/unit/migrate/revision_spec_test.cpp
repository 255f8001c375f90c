#include "migrate/revision_spec.hpp"

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

// aaaa1 <- aaaa2 <- bbbb3
//                 <- cccc4 (mail) <- cccc5
Graph forked() {
  return Graph({revision("aaaa1", {}), revision("aaaa2", {"aaaa1"}), revision("bbbb3", {"aaaa2"}),
                revision("cccc4", {"aaaa2"}, {"mail"}), revision("cccc5", {"cccc4"})});
}

std::string resolved(const Graph& graph, std::string_view text, const AppliedSet& applied = {}) {
  try {
    std::string found;
    for (const auto index : Resolver(graph, applied).resolve(parse_revision_spec(text))) {
      found += (found.empty() ? "" : " ") + graph[index].id;
    }
    return found;
  } catch (const Error& error) {
    return std::string(error.code() == ErrorCode::usage ? "usage: " : "inconsistent: ") +
           error.what();
  }
}

}  // namespace

TEST_CASE("specs are taken apart by Alembic's grammar") {
  struct Case {
    std::string_view text, branch, symbol;
    std::optional<int> offset;
  };
  for (const auto& expected :
       {Case{"abcd", "", "abcd", {}}, Case{"head", "", "head", {}}, Case{"+2", "", "", 2},
        Case{"-1", "", "", -1}, Case{"abcd+3", "", "abcd", 3}, Case{"abcd-3", "", "abcd", -3},
        Case{"mail@head", "mail", "head", {}}, Case{"mail@-1", "mail", "", -1},
        Case{"mail@abcd+1", "mail", "abcd", 1}}) {
    CAPTURE(expected.text);
    const auto spec = parse_revision_spec(expected.text);
    CHECK(spec.branch == expected.branch);
    CHECK(spec.symbol == expected.symbol);
    CHECK(spec.offset == expected.offset);
  }
}

TEST_CASE("what the grammar does not produce is refused whole") {
  for (const auto* text : {"", "+", "-", "abcd+", "abcd+2x", "+0", "-0", "abcd 2", "@head", "mail@",
                           "a@b@c", "a:b", "+1+1", "--1", "+99999999999", "he-ad", "mail@head:"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_revision_spec(text), Error);
  }
}

TEST_CASE("ranges have one or two ends") {
  CHECK(parse_revision_range("a:b").from->symbol == "a");
  CHECK(parse_revision_range("a:b").to->symbol == "b");
  CHECK_FALSE(parse_revision_range("a:").to);
  CHECK_FALSE(parse_revision_range(":b").from);
  for (const auto* text : {":", "a", "a:b:c", ""}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_revision_range(text), Error);
  }
}

TEST_CASE("words, ids, prefixes, labels and offsets find their revisions") {
  const Graph graph = forked();
  CHECK(resolved(graph, "cccc5") == "cccc5");
  CHECK(resolved(graph, "bbbb") == "bbbb3");
  CHECK(resolved(graph, "base") == "");
  CHECK(resolved(graph, "heads") == "bbbb3 cccc5");
  CHECK(resolved(graph, "mail@head") == "cccc5");
  CHECK(resolved(graph, "bbbb3@head") == "bbbb3");
  CHECK(resolved(graph, "mail") == "cccc4");
  CHECK(resolved(graph, "current", {"aaaa1", "aaaa2", "cccc4"}) == "cccc4");
  CHECK(resolved(graph, "cccc5-2") == "aaaa2");
  CHECK(resolved(graph, "aaaa1+1") == "aaaa2");
  CHECK(resolved(graph, "mail@aaaa2+1").starts_with("usage: "));
  CHECK(resolved(graph, "cccc4+1") == "cccc5");
  CHECK(resolved(graph, "base+2") == "aaaa2");
}

TEST_CASE("ambiguity, absence and walking off the end are errors that list what there is") {
  const Graph graph = forked();
  CHECK(resolved(graph, "head") ==
        "inconsistent: 'head': there are 2 heads: bbbb3, cccc5; name one, say 'heads' for all, or "
        "join them with 'merge'");
  CHECK(resolved(graph, "aaaa") == "usage: revision 'aaaa': ambiguous: aaaa1, aaaa2");
  CHECK(resolved(graph, "bbb") ==
        "usage: revision 'bbb': no revision has this id, and a prefix needs at least 4 characters");
  CHECK(resolved(graph, "bbbb4") ==
        "usage: revision 'bbbb4': no such revision (did you mean 'bbbb3'?)");
  CHECK(resolved(graph, "aaaa2+1") ==
        "inconsistent: 'aaaa2+1' is ambiguous: aaaa2 leads to bbbb3, cccc4; name the branch, as in "
        "LABEL@aaaa2+1");
  CHECK(resolved(graph, "cccc5+1")
            .starts_with("usage: revision 'cccc5+1': cccc5 is 0 steps from the head"));
  CHECK(resolved(graph, "bbbb3-3")
            .starts_with("usage: revision 'bbbb3-3': bbbb3 is 2 steps from the first revision"));
}
