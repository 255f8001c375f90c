#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "config/describe.hpp"
#include "config/value.hpp"

/// The kinds of settings that config/describe.cpp lists: how each is read from text, written, and
/// explained.
namespace notes::config {

constexpr std::string_view kNone = "none";
constexpr std::string_view kOff = "off";

/// One of the values that a setting takes. The first name of a value is the one that is written.
template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};
// Clang 14, which runs the lint, does not deduce an aggregate's arguments by itself.
template <typename Value>
Choice(const char*, Value) -> Choice<Value>;

/// Both ends belong to it.
template <typename Value>
struct Range {
  Value least;
  Value most;
};

/// Well-known names that a setting has beside its own: PORT, --port.
struct Aliases {
  std::string variable;
  std::string flag;
};

/// A setting with the names that derive from its key.
Setting named(std::string key, std::string help, Aliases aliases = {});

/// An address or a host's name: anything without blanks and control characters.
std::optional<std::string> parse_host(std::string_view text);

std::optional<std::string> parse_origin(std::string_view text);
std::string format_origin(const std::string& origin);
std::string format_network(const Network& network);

/// "100/1m"; "off" is none.
std::optional<std::optional<Quota>> parse_quota(std::string_view text);
std::string format_quota(const std::optional<Quota>& quota);

/// "HOST:PORT", with an IPv6 address in brackets; "off" is none.
std::optional<std::optional<Address>> parse_address(std::string_view text);
std::string format_address(const std::optional<Address>& address);

/// "a, b or c".
template <typename Value, std::size_t count>
std::string listed(const std::array<Choice<Value>, count>& choices) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    fmt::format_to(std::back_inserter(text), "{}{}",
                   i == 0           ? ""
                   : i + 1 == count ? " or "
                                    : ", ",
                   choices[i].name);
  }
  return text;
}

template <typename Value, std::size_t count>
std::string_view name_of(Value value, const std::array<Choice<Value>, count>& choices) {
  const auto found = std::find_if(choices.begin(), choices.end(),
                                  [&](const auto& choice) { return choice.value == value; });
  return found->name;
}

/// Gives `setting` its ways to read and write the field that `get` finds in Settings.
template <typename Get, typename Parse, typename Format>
Setting on(Setting setting, std::string accepted, Get get, Parse parse, Format format) {
  setting.accepted = std::move(accepted);
  setting.assign = [get, parse](Settings& settings, std::string_view text) {
    auto value = parse(text);
    if (!value) return false;
    get(settings) = std::move(*value);
    return true;
  };
  setting.text = [get, format](const Settings& settings) {
    return std::string(format(get(settings)));
  };
  return setting;
}

template <typename Value, std::size_t count, typename Get>
Setting choice(Setting setting, const std::array<Choice<Value>, count>& choices, Get get) {
  const auto parse = [&choices](std::string_view text) -> std::optional<Value> {
    for (const auto& choice : choices) {
      if (choice.name == text) return choice.value;
    }
    return std::nullopt;
  };
  return on(std::move(setting), listed(choices), get, parse,
            [&choices](Value value) { return name_of(value, choices); });
}

/// What stands between the commas, each read by `parse_item`; "none" is the empty list.
template <typename Item>
std::optional<std::vector<Item>> parse_list(std::string_view text,
                                            std::optional<Item> (*parse_item)(std::string_view)) {
  std::vector<Item> items;
  if (text == kNone) return items;
  for (;;) {
    const auto comma = text.find(',');
    auto part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    auto item = parse_item(part);
    if (!item) return std::nullopt;
    items.push_back(std::move(*item));
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

/// The settings below one key, such as "server".
template <typename Group>
class Section {
 public:
  Section(std::string name, Group Settings::*group) : name_(std::move(name)), group_(group) {}

  template <typename Value>
  auto field(Value Group::*member) const {
    return [ group = group_, member ](auto& settings) -> auto& { return settings.*group.*member; };
  }

  template <typename Value>
  Setting number(std::string_view name, Value Group::*member, Range<Value> range, std::string help,
                 Aliases aliases = {}) const {
    const auto parse = [range](std::string_view text) { return within(parse_count(text), range); };
    return on(named(key(name), std::move(help), std::move(aliases)),
              fmt::format("{}..{}", range.least, range.most), field(member), parse,
              [](Value value) { return fmt::format("{}", value); });
  }

  Setting size(std::string_view name, std::size_t Group::*member, Range<std::size_t> range,
               std::string help) const {
    const auto parse = [range](std::string_view text) { return within(parse_size(text), range); };
    return on(named(key(name), std::move(help)),
              fmt::format("a size between {} and {} (in bytes, KiB, MiB or GiB)",
                          format_size(range.least), format_size(range.most)),
              field(member), parse, [](std::size_t value) { return format_size(value); });
  }

  Setting duration(std::string_view name, std::chrono::milliseconds Group::*member,
                   Range<std::chrono::milliseconds> range, std::string help) const {
    const auto parse = [range](std::string_view text) -> std::optional<std::chrono::milliseconds> {
      const auto value = parse_duration(text);
      if (!value || *value < range.least || *value > range.most) return std::nullopt;
      return value;
    };
    return on(named(key(name), std::move(help)),
              fmt::format("a duration between {} and {} (units ms, s, m, h, d)",
                          format_duration(range.least), format_duration(range.most)),
              field(member), parse,
              [](std::chrono::milliseconds value) { return format_duration(value); });
  }

  Setting on_off(std::string_view name, bool Group::*member, std::string help) const {
    return on(named(key(name), std::move(help)), "true or false", field(member), parse_switch,
              [](bool value) { return value ? "true" : "false"; });
  }

  Setting host(std::string_view name, std::string Group::*member, std::string help,
               Aliases aliases = {}) const {
    return on(named(key(name), std::move(help), std::move(aliases)), "an address or a host's name",
              field(member), parse_host, [](const std::string& value) { return value; });
  }

  /// A list with commas between its items, each read by `parse_item`; the empty list is "none".
  template <typename Item>
  Setting list(std::string_view name, std::vector<Item> Group::*member, std::string accepted,
               std::optional<Item> (*parse_item)(std::string_view),
               std::string (*format_item)(const Item&), std::string help) const {
    const auto parse = [parse_item](std::string_view text) {
      return parse_list<Item>(text, parse_item);
    };
    const auto format = [format_item](const std::vector<Item>& items) {
      std::string text;
      for (const auto& item : items) text += (text.empty() ? "" : ", ") + format_item(item);
      return text.empty() ? std::string(kNone) : text;
    };
    return on(named(key(name), std::move(help)), std::move(accepted), field(member), parse, format);
  }

  std::string key(std::string_view name) const { return fmt::format("{}.{}", name_, name); }

 private:
  template <typename Value>
  static std::optional<Value> within(std::optional<std::uint64_t> value, Range<Value> range) {
    if (!value || *value < range.least || *value > range.most) return std::nullopt;
    return static_cast<Value>(*value);
  }

  std::string name_;
  Group Settings::*group_;
};

}  // namespace notes::config
