#include "api/static_file.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::api {
namespace {

using http::Request;
using http::Response;

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTypes{
    {{".html", "text/html; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".js", "text/javascript; charset=utf-8"},
     {".json", "application/json"},
     {".svg", "image/svg+xml"}}};

std::string_view content_type_of(std::string_view name) {
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

}  // namespace

StaticFile::StaticFile(std::string_view name, std::string_view text)
    : name_(name),
      text_(text),
      content_type_(content_type_of(name)),
      tag_(fmt::format("\"{:016x}\"", std::hash<std::string_view>{}(text))) {}

Response StaticFile::answer(const Request& request) const {
  const auto known = request.headers.combined("If-None-Match");
  // The tag brings its quotes along, so it is found as a whole one only.
  if (known && (*known == "*" || known->find(tag_) != std::string::npos)) {
    Response response{.status = 304, .headers = {}, .body = {}};
    response.headers.add("ETag", tag_);
    return response;
  }
  auto response = http::respond(200, content_type_, std::string(text_));
  response.headers.add("ETag", tag_);
  response.headers.add("Cache-Control", "no-cache");
  return response;
}

StaticFolder::StaticFolder(std::span<const EmbeddedFile> files) {
  for (const auto& file : files) files_.emplace_back(file.name, file.text);
}

const StaticFile* StaticFolder::find(std::string_view name) const {
  const auto found = std::find_if(files_.begin(), files_.end(),
                                  [&](const StaticFile& file) { return file.name() == name; });
  return found == files_.end() ? nullptr : &*found;
}

Response StaticFolder::answer(const Request& request) const {
  const auto name = request.path_value("file");
  const auto* file = find(name);
  if (file == nullptr) {
    throw Error(ErrorCode::not_found, fmt::format("there is no file {} here", name));
  }
  return file->answer(request);
}

}  // namespace notes::api
