#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notes::transfer {

/// One row of a file: a value for each column, or why it is none. Made to be filled again and again
/// without allocating.
class Record {
 public:
  /// Forgets everything; the record begins on this line (from 1).
  void clear(std::uint64_t line);

  /// Builds the values one after the other: any number of bytes, then the end of the value.
  void append(char byte) { bytes_.push_back(byte); }
  void append(std::string_view bytes) { bytes_.append(bytes); }
  void end_value();
  void end_null();
  /// Says why it is no row; the first reason stays.
  void refuse(std::string_view problem);

  std::uint64_t line() const { return line_; }
  const std::string& problem() const { return problem_; }
  /// How many values it has.
  std::size_t size() const { return fields_.size(); }
  /// nullopt is NULL. Valid until the record is changed.
  std::optional<std::string_view> value(std::size_t index) const;
  /// The bytes of all values.
  std::size_t size_bytes() const { return bytes_.size(); }

 private:
  struct Field {
    std::size_t begin = 0;
    std::size_t size = 0;
    bool null = false;
  };

  std::uint64_t line_ = 1;
  std::string bytes_;
  std::vector<Field> fields_;
  std::string problem_;
};

/// A place between two records of a file.
struct Position {
  std::uint64_t offset = 0;  ///< bytes from the beginning
  std::uint64_t line = 1;

  friend bool operator==(const Position&, const Position&) = default;
};

/// Reads the records of a file one by one, in constant memory. For one thread.
class RecordReader {
 public:
  /// What one record may take; beyond it a quote was not closed.
  static constexpr std::size_t kMaxRecordBytes = std::size_t{64} * 1024 * 1024;

  RecordReader() = default;
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;
  virtual ~RecordReader() = default;

  /// What the values of each record are for, in their order.
  virtual const std::vector<std::string>& columns() const = 0;
  /// Fills `record`; false at the end. A record that cannot be read has a problem(), and the next
  /// one can be read all the same. Throws Error{malformed} with FILE:LINE where nothing can be read
  /// from there on; Error{unreachable} when the file cannot be read.
  virtual bool next(Record& record) = 0;
  /// Behind the last record that was read.
  virtual Position position() const = 0;
  /// Goes on from a position() of an earlier reader of the same file.
  virtual void seek(const Position& position) = 0;
};

}  // namespace notes::transfer
