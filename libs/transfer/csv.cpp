#include "transfer/csv.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::transfer {

CsvReader::CsvReader(const std::filesystem::path& path) : file_(path) {
  file_.skip_byte_order_mark();
  Record header;
  if (!read(header)) {
    throw Error(ErrorCode::malformed,
                fmt::format("{}: is empty; its first line must name the columns", path.string()));
  }
  if (!header.problem().empty())
    throw Error(ErrorCode::malformed, fmt::format("{}:1: {}", path.string(), header.problem()));
  for (std::size_t at = 0; at < header.size(); ++at)
    columns_.emplace_back(header.value(at).value_or(""));
}

bool CsvReader::next(Record& record) {
  do {
    if (!read(record)) return false;
  } while (columns_.size() > 1 && record.size() == 1 && !record.value(0) &&
           record.problem().empty());
  if (record.problem().empty() && record.size() != columns_.size()) {
    record.refuse(fmt::format("expected {} fields, got {}", columns_.size(), record.size()));
  }
  return true;
}

/// One line, or several where quotes hold line breaks.
bool CsvReader::read(Record& record) {
  if (file_.peek() == InputFile::kEnd) return false;
  record.clear(file_.position().line);
  while (read_field(record)) {
  }
  if (!record.problem().empty()) skip_line();
  return true;
}

/// True when another field follows on the line.
bool CsvReader::read_field(Record& record) {
  if (file_.peek() == '"') {
    file_.skip();
    read_quoted(record);
  } else {
    read_bare(record);
  }
  if (!record.problem().empty()) return false;
  if (file_.peek() == ',') {
    file_.skip();
    return true;
  }
  if (file_.peek() != InputFile::kEnd && !take_line_end())
    record.refuse("text behind the closing quote of a field");
  return false;
}

/// Up to the comma or the end of the line.
void CsvReader::read_bare(Record& record) {
  const auto begin = record.size_bytes();
  for (;;) {
    record.append(file_.take_until(",\r\n\""));
    const int byte = file_.peek();
    if (byte == InputFile::kEnd || byte == ',' || byte == '\n') break;
    if (byte == '"') return record.refuse("a quote inside a field that does not begin with one");
    if (byte == '\r') {
      file_.skip();
      if (file_.peek() == '\n') break;
      record.append('\r');
    }
    if (record.size_bytes() > kMaxRecordBytes) return record.refuse("the record is too long");
  }
  if (record.size_bytes() == begin) {
    record.end_null();
  } else {
    record.end_value();
  }
}

/// From behind the opening quote to behind the closing one.
void CsvReader::read_quoted(Record& record) {
  for (;;) {
    record.append(file_.take_until("\"\n"));
    const int byte = file_.peek();
    if (byte == InputFile::kEnd) {
      record.refuse("the file ends inside quotes");
      return;
    }
    if (record.size_bytes() > kMaxRecordBytes) {
      throw Error(
          ErrorCode::malformed,
          fmt::format("{}:{}: the record that begins here is longer than {} MiB: is a quote "
                      "not closed?",
                      file_.path().string(), record.line(), kMaxRecordBytes >> 20));
    }
    if (byte != '"' && byte != '\n') continue;  // the end of the buffer
    file_.skip();
    if (byte == '\n') {
      record.append('\n');
    } else if (file_.peek() == '"') {
      file_.skip();
      record.append('"');
    } else {
      record.end_value();
      return;
    }
  }
}

/// Steps over LF or CRLF; false for anything else.
bool CsvReader::take_line_end() {
  if (file_.peek() == '\r') file_.skip();
  if (file_.peek() != '\n') return false;
  file_.skip();
  return true;
}

void CsvReader::skip_line() {
  while (file_.peek() != InputFile::kEnd) {
    file_.take_until("\n");
    if (file_.peek() == '\n') return file_.skip();
  }
}

}  // namespace notes::transfer
