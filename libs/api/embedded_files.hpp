#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// Files that CMake puts into the program (cmake/NotesEmbed.cmake).
namespace notes::api {

struct EmbeddedFile {
  std::string_view name;  ///< without its folder
  std::string_view text;
};

/// The page at /, of libs/api/page.
std::span<const EmbeddedFile> page_files();
/// What the problem types of this service mean, of libs/api/problems: "/problems/x" is x.html.
std::span<const EmbeddedFile> problem_files();
/// What shows the contract at /docs, of libs/api/docs; Swagger UI is among it if it was there when
/// CMake ran.
std::span<const EmbeddedFile> docs_files();

}  // namespace notes::api
