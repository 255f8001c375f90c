#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "http/message.hpp"

namespace notes::http {

/// Which other sites' pages may call this service from a browser (Fetch standard, §3.3): those of
/// the origins that are listed, each compared as a whole. Immutable and thread-safe.
class Cors {
 public:
  explicit Cors(const config::ServerSettings& settings);

  /// Appends the field lines that every answer carries: that it depends on the origin, as soon as
  /// any origin is listed, and for a listed one that its page may read it.
  void append_fields(const Request& request, std::string& out) const;

  /// Adds to the answer to OPTIONS what a preflight of a listed origin asks; nothing to any other
  /// request. `methods` are those of the path.
  void answer_preflight(const Request& request, const std::vector<Method>& methods,
                        Response& response) const;

 private:
  /// The listed origin that the request names; nullptr when it names none.
  const std::string* listed(const Request& request) const;

  std::vector<std::string> origins_;
  bool credentials_;
};

}  // namespace notes::http
