#pragma once

#include <string>
#include <vector>

#include "migrate/graph.hpp"
#include "migrate/migrator.hpp"
#include "migrate/picture.hpp"

namespace notes::migrate {

/// What the commands print with --json: one object on one line. docs/migrating.md describes each.
std::string json_of(const Report& report, bool dry_run);
/// `only`: the revisions to show, in this order.
std::string json_of(const Picture& picture, const std::vector<Graph::Index>& only);

}  // namespace notes::migrate
