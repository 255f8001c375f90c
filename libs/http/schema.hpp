#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notes::http {

/// A JSON text as RFC 8259 writes it: the string with its quotes. Precondition: UTF-8.
std::string json_string(std::string_view text);

/// A JSON Schema (2020-12, as OpenAPI 3.1 takes it): what a value that crosses the wire looks like.
/// A value; every function that refines one returns another.
class Schema {
 public:
  enum class Need { required, optional };

  struct Member;

  /// A string of so many characters (Unicode scalar values).
  static Schema text(std::size_t least = 0, std::optional<std::size_t> most = {});
  /// A string that matches an ECMA 262 regular expression as a whole.
  static Schema pattern(std::string_view expression);
  /// A UUID (RFC 9562).
  static Schema uuid();
  /// A time (RFC 3339).
  static Schema date_time();
  static Schema integer(std::int64_t least, std::optional<std::int64_t> most = {});
  static Schema boolean();
  /// One of these strings.
  static Schema one_of(const std::vector<std::string_view>& names);
  static Schema array(const Schema& items, std::optional<std::size_t> most = {});
  static Schema object(std::initializer_list<Member> members);
  static Schema object(const std::vector<Member>& members);
  /// An object of any names, whose values are all like this.
  static Schema map(const Schema& values);
  /// The one that stands under this name in the document.
  static Schema reference(std::string_view name);
  /// A value for which exactly one of these holds.
  static Schema either(const std::vector<Schema>& alternatives);
  /// Anything.
  static Schema any() { return Schema(); }

  /// Null as well.
  Schema nullable() const;
  /// An object without any other member: what is refused when it is read.
  Schema closed() const;
  Schema described(std::string_view description) const;
  /// `json`: the value when it is left out, which is what the reader assumes.
  Schema with_default(std::string_view json) const;
  Schema with_format(std::string_view format) const;
  /// A string that matches an ECMA 262 regular expression as a whole.
  Schema matching(std::string_view expression) const;

  std::string json() const;

 private:
  Schema with(std::string_view keyword, std::string json) const;

  /// Keywords with their values as JSON, in the order in which they are written.
  std::vector<std::pair<std::string, std::string>> keywords_;
};

/// One member of an object.
struct Schema::Member {
  std::string_view name;
  Schema schema;
  Need need = Need::required;
};

/// A schema that others refer to by its name.
struct NamedSchema {
  std::string_view name;
  Schema schema;
};

}  // namespace notes::http
