#include "api/page_request.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "api/query_reader.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"
#include "domain/tag.hpp"

namespace notes::api {
namespace {

using domain::NoteFilter;
using domain::NotePosition;
using domain::NoteQuery;
using domain::NoteSort;
using http::Schema;

/// In front of every payload, so that another form of cursor is never taken for this one.
constexpr std::string_view kForm = "2:";
constexpr std::size_t kIdLength = 36;

struct NamedSort {
  std::string_view name;
  NoteSort sort;
};
constexpr std::array kSorts{NamedSort{"-created_at", NoteSort::created},
                            NamedSort{"-updated_at", NoteSort::updated},
                            NamedSort{"title", NoteSort::title}};

Schema sort_schema() {
  std::vector<std::string_view> names;
  for (const auto& [name, sort] : kSorts) names.push_back(name);
  return Schema::one_of(names).with_default(http::json_string(names.front()));
}

Schema fields_schema() {
  const auto members = note_member_names();
  const auto name = fmt::format("(?:{})", fmt::join(members.begin(), members.end(), "|"));
  return Schema::pattern(fmt::format("{0}(?:,{0})*", name));
}

struct NamedParameter {
  std::string_view name;
  std::string_view description;
  Schema (*schema)();
};
constexpr std::array kParameters{
    NamedParameter{"limit", "How many notes a page has at most.",
                   [] {
                     return Schema::integer(1, PageRequest::kMostItems)
                         .with_default(std::to_string(PageRequest::kDefaultLimit));
                   }},
    NamedParameter{"cursor", "The next_cursor of the page before, of the same order and filters.",
                   [] { return Schema::text(1); }},
    NamedParameter{"sort", "The newest first, the last changed first, or by code points.",
                   sort_schema},
    NamedParameter{"tag", "Only notes with this tag, in any case.", tag_schema},
    NamedParameter{"pinned", "Only notes that are, or are not.", Schema::boolean},
    NamedParameter{"archived", "Only notes that are, or are not.", Schema::boolean},
    NamedParameter{"trashed", "true: what lies in the trash, and nothing else.",
                   [] { return Schema::boolean().with_default("false"); }},
    NamedParameter{"created_from", "Only notes made at this moment or later.", Schema::date_time},
    NamedParameter{"created_before", "Only notes made before this moment.", Schema::date_time},
    NamedParameter{"updated_from", "Only notes changed at this moment or later.",
                   Schema::date_time},
    NamedParameter{"updated_before", "Only notes last changed before this moment.",
                   Schema::date_time},
    NamedParameter{"fields", "The members wanted of each note.", fields_schema},
    NamedParameter{"include_total", "true: count what the filters let through as well.",
                   [] { return Schema::boolean().with_default("false"); }}};

constexpr auto kParameterNames = [] {
  std::array<std::string_view, kParameters.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kParameters[i].name;
  return names;
}();

std::string_view name_of(NoteSort sort) {
  return std::find_if(kSorts.begin(), kSorts.end(),
                      [&](const auto& named) { return named.sort == sort; })
      ->name;
}

/// What a cursor is bound to without carrying it.
std::string context_of(const PageRequest& page, const domain::Actor& actor) {
  const auto flag = [](const std::optional<bool>& value) {
    return !value ? "" : *value ? "true" : "false";
  };
  const auto time = [](const std::optional<Timestamp>& value) {
    return value ? to_string(*value) : std::string();
  };
  const NoteFilter& filter = page.query.filter;
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", to_string(actor.user),
                     name_of(page.query.sort), filter.tag.value_or(""), flag(filter.pinned),
                     flag(filter.archived), filter.trashed, time(filter.created_from),
                     time(filter.created_before), time(filter.updated_from),
                     time(filter.updated_before), page.bound_to);
}

constexpr QueryReader::Range kLimits{1, PageRequest::kMostItems};

std::optional<NotePosition> read_payload(std::string_view payload, NoteSort sort) {
  if (!payload.starts_with(kForm)) return std::nullopt;
  payload.remove_prefix(kForm.size());
  const auto id = domain::NoteId::parse(payload.substr(0, kIdLength));
  if (!id) return std::nullopt;
  const auto key = payload.substr(kIdLength);
  if (sort != NoteSort::title && !Timestamp::parse(key)) return std::nullopt;
  return NotePosition{std::string(key), *id};
}

/// Reads what only a list of notes has.
class Reader : public QueryReader {
 public:
  using QueryReader::QueryReader;

  NoteSort sort() {
    const auto name = text("sort");
    if (!name) return NoteSort::created;
    for (const auto& named : kSorts) {
      if (*name == named.name) return named.sort;
    }
    refuse("sort", "unknown", "must be -created_at, -updated_at or title");
    return NoteSort::created;
  }

  std::optional<Timestamp> time(std::string_view name) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const auto time = Timestamp::parse(*given);
    if (!time) {
      refuse(name, "not_a_time",
             "must be a time as RFC 3339 writes it, such as 2026-11-21T11:30:00Z");
    }
    return time;
  }

  std::optional<std::string> tag() {
    const auto given = text("tag");
    if (!given) return std::nullopt;
    const std::vector<std::string> names{std::string(*given)};
    std::vector<Violation> found;
    domain::check_tags(names, found);
    if (found.empty()) return domain::tags_of(names).front().folded;
    refuse("tag", found.front().code, found.front().detail);
    return std::nullopt;
  }

  NoteFields fields() {
    const auto given = text("fields");
    if (!given) return kEveryField;
    NoteFields chosen;
    for (auto rest = *given;;) {
      const auto name = rest.substr(0, rest.find(','));
      if (const auto field = note_field(name)) {
        chosen.set(*field);
      } else {
        refuse("fields", "unknown",
               fmt::format("'{}' is not a member of a note{}", name,
                           did_you_mean(name, note_member_names())));
        return kEveryField;
      }
      if (name.size() == rest.size()) return chosen;
      rest.remove_prefix(name.size() + 1);
    }
  }
};

/// Everything but unreserved characters as %HH (RFC 3986 §2.1).
std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') ||
                            std::string_view("-._~").find(c) != std::string_view::npos;
    if (unreserved) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

PageRequest PageRequest::from(const http::Request& request, const domain::Actor& actor,
                              const identity::TokenSigner& signer, std::string bound_to) {
  Reader reader(request);
  reader.check_names(kParameterNames, "a list of notes");
  PageRequest page;
  page.bound_to = std::move(bound_to);
  page.query.limit =
      static_cast<std::size_t>(reader.number("limit", kLimits).value_or(kDefaultLimit));
  page.query.sort = reader.sort();
  page.query.filter = {.tag = reader.tag(),
                       .pinned = reader.flag("pinned"),
                       .archived = reader.flag("archived"),
                       .trashed = reader.flag("trashed").value_or(false),
                       .created_from = reader.time("created_from"),
                       .created_before = reader.time("created_before"),
                       .updated_from = reader.time("updated_from"),
                       .updated_before = reader.time("updated_before")};
  page.fields = reader.fields();
  if (!page.fields.test(*note_field("body"))) page.query.bodies = domain::Bodies::left_out;
  if (reader.flag("include_total").value_or(false)) page.totals = service::Totals::counted;
  reader.finish();
  if (const auto cursor = request.query_value("cursor")) {
    const auto payload = signer.verify(*cursor, context_of(page, actor));
    if (payload) page.query.after = read_payload(*payload, page.query.sort);
    if (!page.query.after) {
      throw Error(ErrorCode::malformed,
                  "cursor: must be the next_cursor of an earlier page with the same sort and "
                  "filters; leave it out to begin with the first page");
    }
  }
  return page;
}

std::vector<http::Parameter> PageRequest::parameters() {
  std::vector<http::Parameter> parameters;
  for (const auto& [name, description, schema] : kParameters) {
    parameters.push_back(
        {.in = http::In::query, .name = name, .description = description, .schema = schema()});
  }
  return parameters;
}

std::string PageRequest::cursor_of(const NotePosition& position, const domain::Actor& actor,
                                   const identity::TokenSigner& signer) const {
  return signer.sign(fmt::format("{}{}{}", kForm, to_string(position.id), position.key),
                     context_of(*this, actor));
}

std::string next_link(const http::Request& request, const std::string& cursor) {
  return next_link(request, {{"cursor", cursor}});
}

std::string next_link(const http::Request& request, const http::Parameters& next) {
  std::string target = request.path + "?";
  for (const auto& given : request.query) {
    const bool replaced = std::any_of(
        next.begin(), next.end(), [&](const auto& other) { return other.first == given.first; });
    if (!replaced) {
      target += percent_encoded(given.first) + "=" + percent_encoded(given.second) + "&";
    }
  }
  for (const auto& [name, value] : next) {
    target += percent_encoded(name) + "=" + percent_encoded(value) + "&";
  }
  target.pop_back();
  return fmt::format("<{}>; rel=\"next\"", target);
}

}  // namespace notes::api
