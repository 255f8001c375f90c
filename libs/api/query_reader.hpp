#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "http/message.hpp"

namespace notes::api {

/// Reads the query parameters of one request, and collects what is wrong with them: after the last
/// one has been asked for, finish(). The request must outlive it.
class QueryReader {
 public:
  struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;
  };

  explicit QueryReader(const http::Request& request) : request_(request) {}

  /// Refuses names that are not among these, and those that stand twice. `of` says what takes them:
  /// "a list of notes".
  void check_names(std::span<const std::string_view> names, std::string_view of);

  /// As it stands; nullopt when it was not given.
  std::optional<std::string_view> text(std::string_view name) const;
  /// A whole number in decimal digits; nullopt when it was not given or is refused.
  std::optional<std::int64_t> number(std::string_view name, Range range);
  /// `true` or `false`; nullopt when it was not given or is refused.
  std::optional<bool> flag(std::string_view name);

  void refuse(std::string_view name, std::string code, std::string detail);
  /// Throws Error{invalid} when anything was refused.
  void finish();

 private:
  const http::Request& request_;
  std::vector<Violation> violations_;
};

}  // namespace notes::api
