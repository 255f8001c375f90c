#include "config/variables.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

namespace notes::config {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_name(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view kDigits = "0123456789";
  if (text.empty() || kLetters.find(text.front()) == std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kLetters.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos;
  });
}

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

/// The value that `text` starts with, and what stands behind it; nullopt when a quote is not
/// closed.
struct Value {
  std::string text;
  std::string_view rest;
};

std::optional<Value> read_single_quoted(std::string_view text) {
  const auto end = text.find('\'', 1);
  if (end == std::string_view::npos) return std::nullopt;
  return Value{std::string(text.substr(1, end - 1)), text.substr(end + 1)};
}

std::optional<Value> read_double_quoted(std::string_view text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return Value{value, text.substr(i + 1)};
    const bool escape = text[i] == '\\' && i + 1 < text.size() &&
                        std::string_view("ntr\"\\$").find(text[i + 1]) != std::string_view::npos;
    value += escape ? unescaped(text[++i]) : text[i];
  }
  return std::nullopt;
}

std::optional<Value> read_value(std::string_view text) {
  if (text.starts_with('\'')) return read_single_quoted(text);
  if (text.starts_with('"')) return read_double_quoted(text);
  auto end = text.find('#');
  while (end != std::string_view::npos && end != 0 &&
         kBlanks.find(text[end - 1]) == std::string_view::npos) {
    end = text.find('#', end + 1);
  }
  return Value{std::string(trimmed(text.substr(0, end))), {}};
}

void read_line(std::string_view line, int number, std::string_view file, Dotenv& dotenv) {
  const auto problem = [&](std::string_view what) {
    dotenv.problems.push_back(fmt::format("{}:{}: {}", file, number, what));
  };
  if (line.empty() || line.starts_with('#')) return;
  if (line.starts_with("export ") || line.starts_with("export\t")) line = trimmed(line.substr(7));
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return problem("expected NAME=value, found no '='");
  const auto name = trimmed(line.substr(0, equals));
  if (!is_name(name)) {
    return problem(
        "expected a name of letters, digits and '_' before the '=', not starting with a digit");
  }
  const auto value = read_value(trimmed(line.substr(equals + 1)));
  if (!value) return problem(fmt::format("{}: the quote is not closed on its line", name));
  if (const auto rest = trimmed(value->rest); !rest.empty() && !rest.starts_with('#')) {
    return problem(fmt::format("{}: there is text behind the closing quote", name));
  }
  dotenv.assignments.push_back({std::string(name), value->text, number});
}

}  // namespace

Variables process_variables() {
  Variables variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string_view value_of(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string_view() : std::string_view(found->second);
}

Dotenv parse_dotenv(std::string_view text, std::string_view file) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Dotenv dotenv;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    read_line(trimmed(text.substr(0, end)), number, file, dotenv);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return dotenv;
}

}  // namespace notes::config
