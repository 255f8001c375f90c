#include "scheduler/job_file_sections.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.hpp"
#include "config/expansion.hpp"

namespace notes::scheduler {
namespace {

using config::Entry;
using config::Node;
using config::Place;

bool holds_text(const Node& node) { return node.kind() == Node::Kind::scalar; }

/// A value as it stands in the file, for messages: what its variables stand for may be secret.
std::string as_written(const Node& node) {
  if (holds_text(node)) return fmt::format("'{}'", node.text());
  return std::string(config::to_string(node.kind()));
}

}  // namespace

void Findings::problem(const Place& place, std::string_view path, std::string_view what) {
  file_.problems.push_back({place, fmt::format("{}: {}", path, what)});
}

void Findings::warn(const Place& place, std::string_view path, std::string_view what) {
  file_.warnings.push_back({place, fmt::format("{}: {}", path, what)});
}

bool SectionReader::is_map(const Node& node, std::string_view path) {
  if (node.kind() == Node::Kind::map || node.kind() == Node::Kind::null) return true;
  findings_.problem(node.place(), path.empty() ? "the file" : path,
                    fmt::format("expected a map, got {}", as_written(node)));
  return false;
}

void SectionReader::read(const Node& node, std::string_view section, std::string_view path,
                         Draft& draft) {
  if (!is_map(node, path)) return;
  for (const Entry& entry : node.entries()) {
    const auto below = [&](std::string_view parent) {
      return parent.empty() ? entry.key : fmt::format("{}.{}", parent, entry.key);
    };
    const auto names = names_below(section);
    if (const JobFileKey* key = find_key(section, entry.key)) {
      read_value(entry.value, *key, below(path), draft);
    } else if (std::find(names.begin(), names.end(), entry.key) == names.end()) {
      findings_.problem(entry.key_place, below(path),
                        fmt::format("there is no such key{}", did_you_mean(entry.key, names)));
    } else if (below(section) != "jobs") {
      read(entry.value, below(section), below(path), draft);
    }
  }
}

void SectionReader::read_value(const Node& node, const JobFileKey& key, const std::string& path,
                               Draft& draft) {
  if (key.shape == Shape::url) return read_url(node, key, path, draft);
  const auto given = given_of(node, key, path);
  if (!given) return;
  findings_.guarded(node.place(), path, [&] {
    if (!key.assign(draft, *given)) refuse(node, key, path);
  });
}

void SectionReader::refuse(const Node& node, const JobFileKey& key, const std::string& path) {
  if (node.kind() == Node::Kind::sequence && !key.choices.empty()) {
    for (const Node& item : node.items()) refuse_word(item, key, path);
    return;
  }
  findings_.problem(node.place(), path,
                    fmt::format("expected {}, got {}{}", key.accepted, as_written(node),
                                did_you_mean(node.text(), key.choices)));
}

void SectionReader::refuse_word(const Node& item, const JobFileKey& key, const std::string& path) {
  if (std::find(key.choices.begin(), key.choices.end(), item.text()) != key.choices.end()) return;
  findings_.problem(item.place(), path,
                    fmt::format("expected {}, got {}{}", key.accepted, as_written(item),
                                did_you_mean(item.text(), key.choices)));
}

/// The value with its variables put in; nullopt, and a problem, when it has another shape.
std::optional<Given> SectionReader::given_of(const Node& node, const JobFileKey& key,
                                             const std::string& path) {
  Given given;
  switch (key.shape) {
    case Shape::text:
    case Shape::url:
      if (!holds_text(node)) break;
      if (!expand_into(given.text, node, path)) return std::nullopt;
      return given;
    case Shape::list:
      if (node.kind() != Node::Kind::sequence) break;
      for (const Node& item : node.items()) {
        if (!take_text(given.items.emplace_back(), item, path)) return std::nullopt;
      }
      return given;
    case Shape::map:
      if (node.kind() != Node::Kind::map) break;
      for (const Entry& entry : node.entries()) {
        if (!take_text(given.pairs[entry.key], entry.value,
                       fmt::format("{}.{}", path, entry.key))) {
          return std::nullopt;
        }
      }
      return given;
  }
  findings_.problem(node.place(), path,
                    fmt::format("expected {}, got {}", key.accepted, as_written(node)));
  return std::nullopt;
}

bool SectionReader::take_text(std::string& text, const Node& node, const std::string& path) {
  if (holds_text(node)) return expand_into(text, node, path);
  findings_.problem(node.place(), path, fmt::format("expected text, got {}", as_written(node)));
  return false;
}

bool SectionReader::expand_into(std::string& text, const Node& node, const std::string& path) {
  return findings_.guarded(node.place(), path,
                           [&] { text = config::expand(node.text(), variables_); });
}

/// A laptop has no webhook: what names one by a variable that is not set notifies nobody.
void SectionReader::read_url(const Node& node, const JobFileKey& key, const std::string& path,
                             Draft& draft) {
  if (node.kind() == Node::Kind::null) return;
  if (!holds_text(node)) {
    findings_.problem(node.place(), path, fmt::format("expected {}", key.accepted));
    return;
  }
  findings_.guarded(node.place(), path, [&] {
    const auto unset = config::unset_variables(node.text(), variables_);
    if (!unset.empty()) {
      findings_.warn(node.place(), path,
                     fmt::format("${{{}}} is not set in the environment: nobody is notified there",
                                 fmt::join(unset, "}, ${")));
      return;
    }
    const Given given{.text = config::expand(node.text(), variables_), .items = {}, .pairs = {}};
    if (given.text.empty()) {
      // ${NAME:-} says that it may be.
      if (node.text().find(":-") != std::string::npos) return;
      findings_.warn(node.place(), path, "is empty: nobody is notified there");
    } else if (!key.assign(draft, given)) {
      findings_.problem(node.place(), path, fmt::format("expected {}", key.accepted));
    }
  });
}

}  // namespace notes::scheduler
