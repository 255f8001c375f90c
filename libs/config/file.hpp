#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace notes::config {

/// All of a file. Throws Error{usage} with the system's reason when it cannot be read, is a
/// directory, or holds more than `most` bytes.
std::string read_text_file(const std::filesystem::path& path, std::size_t most);

}  // namespace notes::config
