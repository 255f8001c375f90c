#pragma once

#include <string>

#include "migrate/picture.hpp"

namespace notes::migrate {

/// "3f2a9c1b7e44 (label) (head)  add archived_at": a revision on one line.
std::string describe(const Graph& graph, Graph::Index revision);

/// What else is known of it, a line each, indented: file, dependencies; of an applied one when, by
/// whom and how long.
std::string details(const Picture& picture, Graph::Index revision);

}  // namespace notes::migrate
