#include "transfer/reject_report.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"

namespace notes::transfer {
namespace {

/// RFC 4180 §2, rules 6 and 7.
std::string csv_field(std::string_view text) {
  std::string field = "\"";
  for (const char byte : text) {
    if (byte == '"') field += '"';
    field += byte;
  }
  return field + '"';
}

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw Error(ErrorCode::unreachable,
              fmt::format("{}: the report of rejected records cannot be written: {}", path.string(),
                          std::strerror(errno)));
}

}  // namespace

RejectReport::RejectReport(std::filesystem::path path, std::uint64_t settled_bytes)
    : path_(std::move(path)), size_(settled_bytes) {
  if (settled_bytes > 0) open();
}

RejectReport::~RejectReport() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RejectReport::open() {
  constexpr mode_t kOwnerOnly = 0600;
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kOwnerOnly);
  if (descriptor_ < 0 || ::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) fail(path_);
}

std::uint64_t RejectReport::add(const std::vector<Rejection>& rejections) {
  if (rejections.empty()) return size_;
  if (descriptor_ < 0) open();
  std::string text;
  if (size_ == 0) text = "line,column,reason\r\n";
  for (const auto& rejection : rejections) {
    text += fmt::format("{},{},{}\r\n", rejection.line,
                        rejection.column.empty() ? "" : csv_field(rejection.column),
                        csv_field(rejection.reason));
  }
  for (std::string_view rest = text; !rest.empty();) {
    const auto put = ::pwrite(descriptor_, rest.data(), rest.size(), static_cast<off_t>(size_));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(path_);
    size_ += static_cast<std::uint64_t>(put);
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fdatasync(descriptor_) != 0) fail(path_);
  return size_;
}

}  // namespace notes::transfer
