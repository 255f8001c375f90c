#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "transfer/input_file.hpp"
#include "transfer/record.hpp"

namespace notes::transfer {

/// Comma-separated values (RFC 4180) with a header row. Lines end in CRLF or LF; a byte order mark
/// is skipped. As in PostgreSQL's COPY, nothing between two commas is NULL and "" is empty text.
/// A line with nothing on it is skipped where there are several columns.
class CsvReader final : public RecordReader {
 public:
  /// Reads the header. Throws Error{usage} when the file cannot be opened, {malformed} when it has
  /// no header.
  explicit CsvReader(const std::filesystem::path& path);

  const std::vector<std::string>& columns() const override { return columns_; }
  bool next(Record& record) override;
  Position position() const override { return file_.position(); }
  void seek(const Position& position) override { file_.seek(position); }

 private:
  bool read(Record& record);
  bool read_field(Record& record);
  void read_bare(Record& record);
  void read_quoted(Record& record);
  bool take_line_end();
  void skip_line();

  InputFile file_;
  std::vector<std::string> columns_;
};

}  // namespace notes::transfer
