#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "transfer/loader.hpp"

namespace notes::transfer {

/// The file that lists rejected records: CSV with the columns line, column, reason; readable by its
/// owner only. It is made with the first rejection.
class RejectReport {
 public:
  /// Goes on behind the first `settled_bytes`: what stands further was written by a run that was
  /// cut off before it committed, and is taken off. Throws Error{unreachable} when it cannot be
  /// written.
  RejectReport(std::filesystem::path path, std::uint64_t settled_bytes);
  RejectReport(const RejectReport&) = delete;
  RejectReport& operator=(const RejectReport&) = delete;
  ~RejectReport();

  /// Writes the lines to the disk and returns how long the file is now.
  std::uint64_t add(const std::vector<Rejection>& rejections);

 private:
  void open();

  std::filesystem::path path_;
  std::uint64_t size_;
  int descriptor_ = -1;
};

}  // namespace notes::transfer
