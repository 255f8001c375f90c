#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "http/route.hpp"
#include "http/target.hpp"

namespace notes::http {
namespace {

/// One segment of the patterns. The children are few, so they are looked through.
struct Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> any;         ///< a {name}
  std::vector<const Route*> routes;  ///< of the path that ends here
};

/// Takes the next segment off the front of a path; nullopt at its end. "/a/" has two segments, "a"
/// and "".
std::optional<std::string_view> next_segment(std::string_view& path) {
  if (path.empty()) return std::nullopt;
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_name(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

Node& child(Node& parent, std::string_view segment) {
  if (is_name(segment)) {
    if (!parent.any) parent.any = std::make_unique<Node>();
    return *parent.any;
  }
  for (auto& [literal, node] : parent.literals) {
    if (literal == segment) return *node;
  }
  return *parent.literals.emplace_back(segment, std::make_unique<Node>()).second;
}

/// The node of a path, a literal before a {name} at every segment.
const Node* find(const Node& node, std::string_view path) {
  const auto segment = next_segment(path);
  if (!segment) return node.routes.empty() ? nullptr : &node;
  std::optional<std::string> decoded;
  if (segment->find('%') != std::string_view::npos)
    decoded = percent_decode(*segment, Plus::literal);
  const std::string_view text = decoded ? std::string_view(*decoded) : *segment;
  for (const auto& [literal, next] : node.literals) {
    if (literal != text) continue;
    if (const Node* found = find(*next, path)) return found;
  }
  if (node.any && !segment->empty()) return find(*node.any, path);
  return nullptr;
}

Parameters values_of(std::string_view pattern, std::string_view path) {
  Parameters values;
  while (const auto expected = next_segment(pattern)) {
    const auto segment = next_segment(path);
    if (!is_name(*expected)) continue;
    auto value = percent_decode(*segment, Plus::literal);
    if (!value) throw Error(ErrorCode::malformed, "the path's percent-encoding is not of UTF-8");
    values.emplace_back(expected->substr(1, expected->size() - 2), std::move(*value));
  }
  return values;
}

const Route* route_of(const Node& node, Method method) {
  for (const Route* route : node.routes) {
    if (route->method == method) return route;
  }
  return method == Method::head ? route_of(node, Method::get) : nullptr;
}

std::vector<Method> allowed_methods(const Node& node) {
  std::vector<Method> allowed;
  for (const Route* route : node.routes) allowed.push_back(route->method);
  if (route_of(node, Method::head) != nullptr) allowed.push_back(Method::head);
  allowed.push_back(Method::options);
  std::sort(allowed.begin(), allowed.end());
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  return allowed;
}

}  // namespace

std::vector<std::string_view> names_in(std::string_view pattern) {
  std::vector<std::string_view> names;
  while (const auto segment = next_segment(pattern)) {
    if (is_name(*segment)) names.push_back(segment->substr(1, segment->size() - 2));
  }
  return names;
}

struct Router::Tree {
  std::vector<Route> routes;
  Node root;
};

Router::Router(std::vector<Route> routes) : tree_(std::make_unique<Tree>()) {
  tree_->routes = std::move(routes);
  for (const Route& route : tree_->routes) {
    Node* node = &tree_->root;
    std::string_view pattern = route.pattern;
    while (const auto segment = next_segment(pattern)) node = &child(*node, *segment);
    for (const Route* other : node->routes) {
      if (other->method == route.method) {
        throw Error(ErrorCode::internal, "the routes " + std::string(other->operation) + " and " +
                                             std::string(route.operation) + " are both " +
                                             std::string(to_string(route.method)) + " " +
                                             route.pattern);
      }
    }
    node->routes.push_back(&route);
  }
}

Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Match Router::match(Method method, std::string_view path) const {
  Match match;
  const Node* node = path.starts_with('/') ? find(tree_->root, path) : nullptr;
  if (node == nullptr) return match;
  match.route = route_of(*node, method);
  if (match.route != nullptr) {
    match.values = values_of(match.route->pattern, path);
  } else {
    match.allowed = allowed_methods(*node);
  }
  return match;
}

const std::vector<Route>& Router::routes() const { return tree_->routes; }

}  // namespace notes::http
