#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "transfer/manifest.hpp"

namespace notes::transfer {

/// Writes a backup file: the payload compressed with Zstandard (RFC 8878), then the manifest in a
/// skippable frame (§3.1.2), so that `zstd -d` alone gets the payload back. Under a temporary name
/// in the same folder until finish(); nothing is left behind when that is not reached.
class ArchiveWriter {
 public:
  /// Throws Error{unreachable} when the file cannot be made.
  explicit ArchiveWriter(std::filesystem::path path);
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;
  ~ArchiveWriter();

  /// Adds to the payload. Throws Error{unreachable} when it cannot be written (a full disk).
  void write(std::string_view payload);
  /// Ends the payload, fills in its size and checksum and appends the manifest, brings all of it to
  /// the disk and gives the file its name, over an older one. Returns the manifest.
  Manifest finish(Manifest manifest);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a backup file.
class ArchiveReader {
 public:
  /// Reads the manifest. Throws Error{usage} when the file cannot be opened, {malformed} when it is
  /// no whole backup.
  explicit ArchiveReader(const std::filesystem::path& path);
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;
  ~ArchiveReader();

  const Manifest& manifest() const;
  /// Compares all of the payload with the manifest's checksum. Throws Error{malformed}.
  void verify();
  /// Hands the payload on, decompressed, from its beginning. Throws Error{malformed}.
  void read(const std::function<void(std::string_view)>& take);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace notes::transfer
