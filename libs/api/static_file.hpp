#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/embedded_files.hpp"
#include "http/message.hpp"

namespace notes::api {

/// Something that is the same for everybody as long as this process runs.
class StaticFile {
 public:
  /// What it is follows from the name's ending. `text` must outlive it.
  StaticFile(std::string_view name, std::string_view text);

  std::string_view name() const { return name_; }
  /// 200, to be asked for again each time; 304 for a client that has it (RFC 9110 §13.1.2).
  http::Response answer(const http::Request& request) const;

 private:
  std::string_view name_;
  std::string_view text_;
  std::string_view content_type_;
  std::string tag_;
};

/// Files that are served under their names.
class StaticFolder {
 public:
  explicit StaticFolder(std::span<const EmbeddedFile> files);

  /// nullptr when there is none of that name.
  const StaticFile* find(std::string_view name) const;
  /// What the route's {file} names. Throws Error{not_found}.
  http::Response answer(const http::Request& request) const;

 private:
  std::vector<StaticFile> files_;
};

}  // namespace notes::api
