#include "config/document.hpp"

#include <algorithm>
#include <istream>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <utf8proc.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/error.hpp"
#include "config/expansion.hpp"
#include "config/file.hpp"

namespace notes::config {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxNodes = 500'000;
constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024 * 1024;

[[noreturn]] void refuse(const Place& place, std::string_view what) {
  throw Error(ErrorCode::usage, fmt::format("{}: {}", to_string(place), what));
}

void check_utf8(std::string_view text, const std::string& file) {
  Place place{file, 1, 1};
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size(); ++place.column) {
    utf8proc_int32_t character = 0;
    const auto window = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size() - at, 4));
    const utf8proc_ssize_t length = utf8proc_iterate(bytes + at, window, &character);
    if (length <= 0) refuse(place, "the bytes here are no UTF-8; save the file as UTF-8");
    // YAML 1.2 §5.1; kOpen and kClose are among them.
    if (character < 0x20 && character != '\t' && character != '\n' && character != '\r') {
      refuse(place, fmt::format("U+{:04X} cannot stand in a file", character));
    }
    if (character == '\n') place = {file, place.line + 1, 0};
    at += static_cast<std::size_t>(length);
  }
}

// Stand for the braces of ${NAME} while YAML is parsed: without quotes, and inside {...} or [...],
// a text would end at them.
constexpr char kOpen = '\x01';
constexpr char kClose = '\x02';

/// How long the "${NAME}" or "${NAME:-default}" at the beginning is; 0 when there is none, or its
/// default has characters that need quotes in YAML.
std::size_t reference_length(std::string_view text) {
  constexpr std::string_view kNameCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  if (!text.starts_with("${")) return 0;
  auto end = text.find_first_not_of(kNameCharacters, 2);
  if (end == 2 || end == std::string_view::npos) return 0;
  if (text.substr(end).starts_with(":-")) end = text.find_first_of("}{[],#\"'\n", end);
  return end != std::string_view::npos && text[end] == '}' ? end + 1 : 0;
}

std::string without_braces(std::string text) {
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 1)) {
    const auto length = reference_length(std::string_view(text).substr(at));
    if (length == 0) continue;
    text[at + 1] = kOpen;
    text[at + length - 1] = kClose;
  }
  return text;
}

std::string with_braces(std::string text) {
  std::replace(text.begin(), text.end(), kOpen, '{');
  std::replace(text.begin(), text.end(), kClose, '}');
  return text;
}

}  // namespace

/// Builds the tree from the parser's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string file, const Variables* variables)
      : file_(std::move(file)), variables_(variables) {}

  Node take() { return root_ ? std::move(*root_) : at({}); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(node(Node::Kind::null, mark, ""), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) refuse(place(mark), "the alias stands inside what it names");
    charge(found->second.size_, mark);
    Node copy = found->second;
    copy.place_ = place(mark);
    add(std::move(copy), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node scalar = node(Node::Kind::scalar, mark, tag);
    scalar.plain_ = tag.empty() || tag == "?";
    scalar.text_ = with_braces(value);
    if (variables_ != nullptr && !expects_key()) scalar.text_ = expanded(scalar);
    add(std::move(scalar), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(node(Node::Kind::sequence, mark, tag), anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(node(Node::Kind::map, mark, tag), anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A sequence or map whose end has not come yet.
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    std::optional<std::pair<std::string, Place>> key;
    std::map<std::string, int> lines_of_keys;
  };

  Place place(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

  Node at(Place where) const {
    Node node;
    node.place_ = std::move(where);
    node.place_.file = file_;
    return node;
  }

  void charge(std::size_t nodes, const YAML::Mark& mark) {
    made_ += nodes;
    if (made_ > kMaxNodes)
      refuse(place(mark), fmt::format("the document stands for more than {} nodes", kMaxNodes));
  }

  Node node(Node::Kind kind, const YAML::Mark& mark, const std::string& tag) {
    charge(1, mark);
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(place(mark), "tags are not understood; quote text instead");
    Node node = at(place(mark));
    node.kind_ = kind;
    return node;
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().node.kind_ == Node::Kind::map && !open_.back().key;
  }

  std::string expanded(const Node& scalar) const {
    try {
      return expand(scalar.text_, *variables_);
    } catch (const Error& error) {
      refuse(scalar.place_, error.what());
    }
  }

  void open(Node node, YAML::anchor_t anchor) {
    if (expects_key()) refuse(node.place_, "a key must be text");
    if (open_.size() == kMaxDepth)
      refuse(node.place_, fmt::format("nested deeper than {} levels", kMaxDepth));
    open_.push_back({std::move(node), anchor, std::nullopt, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      made_ += node.size_;
      anchored_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (expects_key()) return add_key(parent, node);
    parent.node.size_ += node.size_;
    if (parent.node.kind_ == Node::Kind::sequence) {
      parent.node.items_.push_back(std::move(node));
      return;
    }
    parent.node.entries_.push_back(
        {std::move(parent.key->first), std::move(parent.key->second), std::move(node)});
    parent.key.reset();
  }

  static void add_key(Open& parent, const Node& key) {
    if (key.kind_ != Node::Kind::scalar) refuse(key.place_, "a key must be text");
    const auto [first, added] = parent.lines_of_keys.emplace(key.text_, key.place_.line);
    if (!added)
      refuse(key.place_,
             fmt::format("{}: stands twice; the first is on line {}", key.text_, first->second));
    parent.key.emplace(key.text_, key.place_);
  }

  std::string file_;
  const Variables* variables_;
  std::size_t made_ = 0;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchored_;
  std::optional<Node> root_;
};

std::string to_string(const Place& place) {
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string_view to_string(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "a value";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return "nothing";
}

const Node* Node::find(std::string_view key) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries_.end() ? nullptr : &found->value;
}

Node parse_document(std::string_view text, std::string file, const Variables* variables) {
  check_utf8(text, file);
  // Without a mark of the document's end yaml-cpp 0.7 takes a quote that nobody closed for a value.
  std::istringstream stream(
      without_braces(fmt::format("{}{}...\n", text, text.ends_with('\n') ? "" : "\n")));
  TreeBuilder builder(file, variables);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return builder.take();
    Node document = builder.take();
    if (TreeBuilder rest(file, nullptr); parser.HandleNextDocument(rest)) {
      refuse(rest.take().place(), "a second document starts here; one file holds one document");
    }
    return document;
  } catch (const YAML::Exception& error) {
    const int line = error.mark.line + 1;
    const auto last_line =
        std::count(text.begin(), text.end(), '\n') + (text.ends_with('\n') ? 0 : 1);
    if (line > last_line) {
      refuse({std::move(file), line - 1, 1}, "the file ends while a quote or a bracket is open");
    }
    refuse({std::move(file), line, error.mark.column + 1}, error.msg);
  }
}

Node read_document(const std::filesystem::path& path, const Variables* variables) {
  return parse_document(read_text_file(path, kMaxFileBytes), path.string(), variables);
}

}  // namespace notes::config
