#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "transfer/input_file.hpp"
#include "transfer/record.hpp"

namespace notes::transfer {

/// Objects of JSON (RFC 8259), one after the other: as the elements of one array, or each on a line
/// of its own (JSON Lines). The members of the first object are the columns; a later one may leave
/// some out, which are then NULL, and has no others. Numbers keep their digits; an array or object
/// inside is a value of JSON text; what begins an element is told by the first byte of the file.
class JsonReader final : public RecordReader {
 public:
  /// Reads the first object. Throws Error{usage} when the file cannot be opened, {malformed} when
  /// it does not begin with an object, or an array of them.
  explicit JsonReader(const std::filesystem::path& path);

  const std::vector<std::string>& columns() const override { return columns_; }
  bool next(Record& record) override;
  Position position() const override { return file_.position(); }
  void seek(const Position& position) override { file_.seek(position); }

 private:
  class Members;

  bool skip_to_object();
  void read_object(Record& record, Members& members);

  InputFile file_;
  bool in_array_ = false;
  std::vector<std::string> columns_;
};

}  // namespace notes::transfer
