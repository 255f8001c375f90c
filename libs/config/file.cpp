#include "config/file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::config {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

[[noreturn]] void refuse(const std::filesystem::path& path, int error) {
  throw Error(ErrorCode::usage,
              fmt::format("{}: cannot be read: {}", path.string(), std::strerror(error)));
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path, std::size_t most) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (!file) refuse(path, errno);
  std::string text;
  std::array<char, 65'536> block{};
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get())) {
    text.append(block.data(), got);
    if (text.size() > most) {
      throw Error(ErrorCode::usage, fmt::format("{}: larger than {} bytes", path.string(), most));
    }
  }
  if (std::ferror(file.get()) != 0) refuse(path, errno);
  return text;
}

}  // namespace notes::config
