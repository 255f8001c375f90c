#include "revision_text.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/duration.hpp"

namespace notes::migrate {

std::string describe(const Graph& graph, Graph::Index revision) {
  const Revision& found = graph[revision];
  std::string text = found.id;
  if (!found.branch_labels.empty())
    fmt::format_to(std::back_inserter(text), " ({})", fmt::join(found.branch_labels, ", "));
  if (graph.children(revision).empty()) text += " (head)";
  if (graph.children(revision).size() > 1) text += " (branch point)";
  if (graph.parents(revision).size() > 1) text += " (merge)";
  if (!found.message.empty()) text += "  " + found.message;
  return text;
}

std::string details(const Picture& picture, Graph::Index revision) {
  const Revision& found = picture.graph()[revision];
  std::string text = fmt::format("    {}\n", found.origin);
  const auto out = std::back_inserter(text);
  if (!found.depends_on.empty())
    fmt::format_to(out, "    depends on {}\n", fmt::join(found.depends_on, ", "));
  if (const auto* row = picture.row(revision)) {
    fmt::format_to(out, "    {} {} by {} with notes-migrate {}, in {}\n",
                   to_string(picture.state(revision)), to_string(row->applied_at), row->applied_by,
                   row->tool_version, format_duration(row->took));
  }
  return text;
}

}  // namespace notes::migrate
