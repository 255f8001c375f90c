#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/variables.hpp"

namespace notes::config {

/// Where something stands in a file; lines and columns count from 1.
struct Place {
  std::string file;
  int line = 1;
  int column = 1;

  friend bool operator==(const Place&, const Place&) = default;
};

/// "config/default.yaml:3:9"
std::string to_string(const Place& place);

struct Entry;

/// One value of a YAML document. Immutable once read.
class Node {
 public:
  enum class Kind { null, scalar, sequence, map };

  Kind kind() const { return kind_; }
  const Place& place() const { return place_; }
  /// How many nodes this one is, with all below it.
  std::size_t size() const { return size_; }

  /// A scalar's text, as written or without its quotes; empty for the others.
  const std::string& text() const { return text_; }
  /// Whether a scalar stands without quotes: 17 is a number, "17" is text.
  bool plain() const { return plain_; }
  /// A sequence's values; empty for the others.
  const std::vector<Node>& items() const { return items_; }
  /// A map's entries in the order of the file, each key once; empty for the others.
  const std::vector<Entry>& entries() const { return entries_; }
  /// A map's value of this key; nullptr when there is none, or this is no map.
  const Node* find(std::string_view key) const;

 private:
  friend class TreeBuilder;

  Kind kind_ = Kind::null;
  Place place_;
  std::size_t size_ = 1;
  std::string text_;
  bool plain_ = true;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
};

struct Entry {
  std::string key;
  Place key_place;
  Node value;
};

/// "a map", "a list", "a value", "nothing": for messages.
std::string_view to_string(Node::Kind kind);

/// Reads YAML 1.2 text in UTF-8 that holds one document; empty text is a null. With `variables`,
/// scalars that are values (not keys) are expanded, see expand(). Beyond YAML, ${NAME} needs no
/// quotes inside {...} and [...]. Throws Error{usage} that starts
/// with FILE:LINE:COLUMN for what is no YAML or no UTF-8, for a key that stands twice in a map or
/// is not text, for tags, for documents nested deeper than 64 or of more than 500,000 nodes with
/// their aliases written out (a small file can stand for a huge one).
Node parse_document(std::string_view text, std::string file, const Variables* variables = nullptr);

/// parse_document of a file. Throws Error{usage} when it cannot be read or is larger than 64 MiB.
Node read_document(const std::filesystem::path& path, const Variables* variables = nullptr);

}  // namespace notes::config
