#include "transfer/json.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/error.hpp"

namespace notes::transfer {
namespace {

/// RapidJSON's idea of a stream to read. One object may not be longer than a record.
class Stream {
 public:
  using Ch = char;

  explicit Stream(InputFile& file) : file_(file), begin_(file.position().offset) {}

  Ch Peek() const {
    const int byte = file_.peek();
    return byte == InputFile::kEnd || Tell() > RecordReader::kMaxRecordBytes
               ? '\0'
               : static_cast<Ch>(byte);
  }
  Ch Take() {
    const Ch byte = Peek();
    if (byte != '\0') file_.skip();
    return byte;
  }
  std::size_t Tell() const { return static_cast<std::size_t>(file_.position().offset - begin_); }

  // Only parsing in place writes.
  Ch* PutBegin() { return nullptr; }
  void Put(Ch) {}
  void Flush() {}
  std::size_t PutEnd(Ch*) { return 0; }

 private:
  InputFile& file_;
  std::uint64_t begin_;
};

}  // namespace

/// Takes the members of one object; what lies deeper is written out again.
class JsonReader::Members {
 public:
  using Ch = char;
  using Size = rapidjson::SizeType;

  bool Null() { return nested() ? inner_.Null() : put(std::nullopt); }
  bool Bool(bool value) { return nested() ? inner_.Bool(value) : put(value ? "true" : "false"); }
  bool RawNumber(const Ch* text, Size size, bool) {
    return nested() ? inner_.RawValue(text, size, rapidjson::kNumberType)
                    : put(std::string(text, size));
  }
  bool String(const Ch* text, Size size, bool) {
    return nested() ? inner_.String(text, size) : put(std::string(text, size));
  }
  bool Key(const Ch* text, Size size, bool) {
    if (depth_ > 1) return inner_.Key(text, size);
    found_.emplace_back(std::string(text, size), std::nullopt);
    return true;
  }
  bool StartObject() { return ++depth_ == 1 || inner_.StartObject(); }
  bool EndObject(Size) { return --depth_ == 0 || (inner_.EndObject() && end_nested()); }
  bool StartArray() {
    ++depth_;
    return inner_.StartArray();
  }
  bool EndArray(Size) {
    --depth_;
    return inner_.EndArray() && end_nested();
  }
  // Called for numbers only when they are not kept as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  using Member = std::pair<std::string, std::optional<std::string>>;
  std::vector<Member>& found() { return found_; }

 private:
  bool nested() const { return depth_ > 1; }

  bool put(std::optional<std::string> value) {
    found_.back().second = std::move(value);
    return true;
  }

  bool end_nested() {
    if (depth_ > 1) return true;
    put(std::string(text_.GetString(), text_.GetSize()));
    text_.Clear();
    inner_.Reset(text_);
    return true;
  }

  int depth_ = 0;
  rapidjson::StringBuffer text_;
  rapidjson::Writer<rapidjson::StringBuffer> inner_{text_};
  std::vector<Member> found_;
};

JsonReader::JsonReader(const std::filesystem::path& path) : file_(path) {
  file_.skip_byte_order_mark();
  const auto refuse = [&](std::string_view why) {
    throw Error(ErrorCode::malformed, fmt::format("{}: {}", file_.place(), why));
  };
  while (file_.peek() == ' ' || file_.peek() == '\t' || file_.peek() == '\r' ||
         file_.peek() == '\n')
    file_.skip();
  if (file_.peek() == InputFile::kEnd) refuse("is empty; expected objects, or an array of them");
  in_array_ = file_.peek() == '[';
  if (in_array_) file_.skip();
  const auto begin = file_.position();
  if (!skip_to_object()) return;
  Record record;
  record.clear(file_.position().line);
  Members members;
  read_object(record, members);
  if (!record.problem().empty()) {
    throw Error(ErrorCode::malformed,
                fmt::format("{}:{}: {}", path.string(), record.line(), record.problem()));
  }
  for (auto& member : members.found()) {
    if (std::find(columns_.begin(), columns_.end(), member.first) != columns_.end())
      refuse(fmt::format("the member {} stands twice", member.first));
    columns_.push_back(member.first);
  }
  file_.seek(begin);
}

/// Steps over white space, the comma before an element and the end of the array; true when an
/// element follows.
bool JsonReader::skip_to_object() {
  for (;;) {
    switch (file_.peek()) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        file_.skip();
        continue;
      case ',':
        if (!in_array_) return true;
        file_.skip();
        continue;
      case ']':
        if (!in_array_) return true;
        file_.skip();
        in_array_ = false;
        continue;
      case InputFile::kEnd:
        if (!in_array_) return false;
        throw Error(ErrorCode::malformed,
                    fmt::format("{}: the file ends inside the array", file_.place()));
      default:
        return true;
    }
  }
}

void JsonReader::read_object(Record& record, Members& members) {
  if (file_.peek() != '{') return record.refuse("expected an object");
  Stream stream(file_);
  rapidjson::Reader reader;
  constexpr auto kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag |
                          rapidjson::kParseNumbersAsStringsFlag |
                          rapidjson::kParseValidateEncodingFlag;
  const auto result = reader.Parse<kFlags>(stream, members);
  if (!result) {
    record.refuse(fmt::format("is no JSON, at byte {} of the object: {}", result.Offset() + 1,
                              rapidjson::GetParseError_En(result.Code())));
  }
}

bool JsonReader::next(Record& record) {
  if (!skip_to_object()) return false;
  record.clear(file_.position().line);
  Members members;
  read_object(record, members);
  if (!record.problem().empty()) {
    if (in_array_) {
      throw Error(ErrorCode::malformed,
                  fmt::format("{}:{}: {}; what follows cannot be read", file_.path().string(),
                              record.line(), record.problem()));
    }
    while (file_.peek() != InputFile::kEnd && file_.peek() != '\n') file_.skip();
    return true;
  }
  auto& found = members.found();
  for (const auto& column : columns_) {
    const auto member = std::find_if(found.begin(), found.end(),
                                     [&](const auto& each) { return each.first == column; });
    if (member == found.end() || !member->second) {
      record.end_null();
    } else {
      record.append(*member->second);
      record.end_value();
    }
    if (member != found.end()) found.erase(member);
  }
  if (!found.empty()) {
    record.refuse(
        fmt::format("the member {} is not among those of the first object, or stands twice",
                    found.front().first));
  }
  return true;
}

}  // namespace notes::transfer
