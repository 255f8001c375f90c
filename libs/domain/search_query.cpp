#include "domain/search_query.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "domain/search_terms.hpp"
#include "domain/search_text.hpp"
#include "domain/tag.hpp"
#include "domain/text.hpp"

namespace notes::domain {
namespace {

constexpr std::size_t kMostIndexTerms = 32;

/// One part of a query, as it is written.
struct Part {
  bool negated = false;
  bool tag = false;
  bool prefix = false;
  std::string_view text;
};

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

/// Cuts a query into its parts.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : rest_(text) {}

  std::optional<Part> next() {
    skip_white_space();
    if (rest_.empty()) return std::nullopt;
    Part part;
    part.negated = take("-");
    part.tag = take("tag:");
    part.text = take("\"") ? quoted() : bare(part.tag);
    part.prefix = !part.tag && take("*");
    return part;
  }

 private:
  bool take(std::string_view lower) {
    if (!starts_with_ignoring_case(rest_, lower)) return false;
    rest_.remove_prefix(lower.size());
    return true;
  }

  void skip_white_space() {
    while (!rest_.empty()) {
      auto behind = rest_;
      if (!is_white_space(take_character(behind))) return;
      rest_ = behind;
    }
  }

  std::string_view quoted() {
    const auto text = rest_.substr(0, rest_.find('"'));
    rest_.remove_prefix(std::min(text.size() + 1, rest_.size()));
    return text;
  }

  /// Up to white space, a quotation mark or, but in a tag, the asterisk that ends a prefix.
  std::string_view bare(bool tag) {
    const auto from = rest_;
    while (!rest_.empty() && rest_.front() != '"' && (tag || !ends_prefix())) {
      auto behind = rest_;
      if (is_white_space(take_character(behind))) break;
      rest_ = behind;
    }
    return from.substr(0, from.size() - rest_.size());
  }

  bool ends_prefix() const {
    if (!rest_.starts_with('*')) return false;
    auto behind = rest_.substr(1);
    return behind.empty() || behind.front() == '"' || is_white_space(take_character(behind));
  }

  std::string_view rest_;
};

/// Adds what is wrong with a tag's name, or the tag.
void read_tag(const Part& part, SearchQuery& query, std::vector<Violation>& violations) {
  const std::vector<std::string> names{std::string(part.text)};
  std::vector<Violation> found;
  check_tags(names, found);
  if (!found.empty()) {
    violations.push_back({"q", found.front().code, "tag: " + found.front().detail});
    return;
  }
  (part.negated ? query.unwanted_tags : query.tags).push_back(tags_of(names).front().folded);
}

/// The last word or run of a search text, without the blanks.
std::string_view last_token(std::string_view search_text) {
  search_text.remove_suffix(1);
  return search_text.substr(search_text.rfind(' ') + 1);
}

bool begins_with_run(std::string_view token) { return stands_in_a_run(take_character(token)); }

/// Nothing is added for a part without letters and digits.
void read_text(const Part& part, SearchQuery& query, std::vector<Violation>& violations) {
  auto pattern = search_text(part.text);
  if (pattern == " ") return;
  const auto last = last_token(pattern);
  const bool ends_in_run = begins_with_run(last);
  if (part.prefix && !ends_in_run && count_characters(last).value_or(0) < kMinPrefixCharacters) {
    violations.push_back({"q", "prefix_too_short",
                          fmt::format("'{}*': expected at least {} letters or digits before *",
                                      part.text, kMinPrefixCharacters)});
    return;
  }
  if (ends_in_run || part.prefix) pattern.pop_back();
  if (begins_with_run(std::string_view(pattern).substr(1))) pattern.erase(0, 1);
  (part.negated ? query.unwanted : query.wanted).push_back(std::move(pattern));
}

/// What is searched of a note, each made when it is first asked for.
class Texts {
 public:
  explicit Texts(const Note& note) : note_(note), count_(note.tags.size() + 2) {}

  bool hold(const std::string& pattern) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (text(i).find(pattern) != std::string::npos) return true;
    }
    return false;
  }

 private:
  /// The body last: it is the longest.
  const std::string& text(std::size_t index) {
    if (index == made_.size()) {
      const bool tag = index > 0 && index + 1 < count_;
      const auto& source = index == 0 ? note_.title : tag ? note_.tags[index - 1] : note_.body;
      made_.push_back(search_text(source));
    }
    return made_[index];
  }

  const Note& note_;
  std::size_t count_;
  std::vector<std::string> made_;
};

bool has_tag(const std::vector<Tag>& tags, const std::string& folded) {
  return std::any_of(tags.begin(), tags.end(),
                     [&](const Tag& tag) { return tag.folded == folded; });
}

/// The terms of one pattern: each token's, and of the last only its beginning where the pattern
/// leaves open how the word goes on. A single character of a run is the beginning of a pair, or all
/// there is.
void add_index_terms(std::string_view pattern, std::vector<IndexTerm>& terms) {
  const bool open = !pattern.ends_with(' ');
  while (!pattern.empty()) {
    const auto token = pattern.substr(0, pattern.find(' '));
    pattern.remove_prefix(std::min(token.size() + 1, pattern.size()));
    if (token.empty()) continue;
    std::vector<std::string> of_token;
    add_terms(token, of_token);
    if (!begins_with_run(token)) {
      const bool cut = of_token.front().size() < token.size();
      terms.push_back({of_token.front(), open && pattern.empty() && !cut});
    } else if (of_token.size() == 1) {
      terms.push_back({of_token.front(), true});
    } else {
      of_token.pop_back();  // the last character stands in the pair before it
      for (auto& pair : of_token) terms.push_back({std::move(pair), false});
    }
  }
}

}  // namespace

SearchQuery read_search_query(std::string_view text, std::vector<Violation>& violations) {
  SearchQuery query;
  const auto characters = count_characters(text).value_or(0);
  if (characters > kMaxQueryCharacters) {
    violations.push_back(
        {"q", "too_long",
         fmt::format("must have at most {} characters, has {}", kMaxQueryCharacters, characters)});
    return query;
  }
  const auto earlier = violations.size();
  std::size_t parts = 0;
  Cutter cutter(text);
  while (const auto part = cutter.next()) {
    if (++parts > kMaxQueryParts) {
      violations.push_back(
          {"q", "too_many_parts", fmt::format("must have at most {} parts", kMaxQueryParts)});
      return query;
    }
    if (part->tag) {
      read_tag(*part, query, violations);
    } else {
      read_text(*part, query, violations);
    }
  }
  if (violations.size() == earlier && query.wanted.empty() && query.tags.empty()) {
    const bool excludes = !query.unwanted.empty() || !query.unwanted_tags.empty();
    violations.push_back({"q", "nothing_to_find",
                          excludes ? "must say what to find beside what to leave out"
                                   : "must have a letter or digit to look for, or tag:NAME"});
  }
  return query;
}

bool matches(const SearchQuery& query, const Note& note) {
  const auto tags = tags_of(note.tags);
  const auto tagged = [&](const std::string& folded) { return has_tag(tags, folded); };
  if (!std::all_of(query.tags.begin(), query.tags.end(), tagged)) return false;
  if (std::any_of(query.unwanted_tags.begin(), query.unwanted_tags.end(), tagged)) return false;
  Texts texts(note);
  const auto held = [&](const std::string& pattern) { return texts.hold(pattern); };
  return std::all_of(query.wanted.begin(), query.wanted.end(), held) &&
         std::none_of(query.unwanted.begin(), query.unwanted.end(), held);
}

std::vector<IndexTerm> index_terms(const SearchQuery& query) {
  std::vector<IndexTerm> terms;
  for (const auto& tag : query.tags) terms.push_back({tag_term(tag), false});
  for (const auto& pattern : query.wanted) add_index_terms(pattern, terms);
  // Whole terms first: those that only begin so are the first to be left out.
  std::sort(terms.begin(), terms.end(), [](const IndexTerm& a, const IndexTerm& b) {
    return std::tie(a.prefix, a.text) < std::tie(b.prefix, b.text);
  });
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  if (terms.size() > kMostIndexTerms) terms.resize(kMostIndexTerms);
  return terms;
}

}  // namespace notes::domain
