#include "http/message.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace notes::http {
namespace {

struct NamedMethod {
  Method method;
  std::string_view name;
};

constexpr std::array kMethods{
    NamedMethod{Method::get, "GET"},        NamedMethod{Method::head, "HEAD"},
    NamedMethod{Method::post, "POST"},      NamedMethod{Method::put, "PUT"},
    NamedMethod{Method::patch, "PATCH"},    NamedMethod{Method::delete_, "DELETE"},
    NamedMethod{Method::options, "OPTIONS"}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string_view to_string(Method method) {
  return kMethods[static_cast<std::size_t>(method)].name;
}

std::optional<Method> parse_method(std::string_view name) {
  const auto found = std::find_if(kMethods.begin(), kMethods.end(),
                                  [&](const NamedMethod& named) { return named.name == name; });
  if (found == kMethods.end()) return std::nullopt;
  return found->method;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return a == b || lower(a) == lower(b); });
}

Headers::Iterator& Headers::Iterator::operator++() {
  ++index_;
  return *this;
}

Headers::Field Headers::field(std::size_t index) const {
  const Line& line = lines_[index];
  const auto text = std::string_view(text_).substr(line.name);
  return {text.substr(0, line.name_size), text.substr(line.name_size, line.value_size)};
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto [field_name, value] : fields()) {
    if (equal_ignoring_case(field_name, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Headers::combined(std::string_view name) const {
  std::optional<std::string> list;
  for (const auto [field_name, value] : fields()) {
    if (!equal_ignoring_case(field_name, name)) continue;
    if (list) {
      list->append(", ").append(value);
    } else {
      list.emplace(value);
    }
  }
  return list;
}

void Headers::add(std::string_view name, std::string_view value) {
  lines_.push_back({static_cast<std::uint32_t>(text_.size()),
                    static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(value.size())});
  const std::size_t needed = text_.size() + name.size() + value.size();
  if (needed > text_.capacity()) {
    // The value may lie in the text that this replaces: copied before it goes.
    std::string grown;
    grown.reserve(std::max(needed, 2 * text_.capacity()));
    grown.append(text_).append(name).append(value);
    text_.swap(grown);
  } else {
    text_.append(name).append(value);
  }
}

void Headers::set(std::string_view name, std::string_view value) {
  std::erase_if(lines_, [&](const Line& line) {
    return equal_ignoring_case(std::string_view(text_).substr(line.name, line.name_size), name);
  });
  add(name, value);
}

void Headers::clear() {
  text_.clear();
  lines_.clear();
}

std::string_view Request::path_value(std::string_view name) const {
  for (const auto& [key, value] : path_values) {
    if (key == name) return value;
  }
  throw Error(ErrorCode::internal, "the route's pattern has no {" + std::string(name) + "}");
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Response respond(int status, std::string_view content_type, std::string body) {
  Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", content_type);
  return response;
}

}  // namespace notes::http
