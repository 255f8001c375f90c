#include "scheduler/json.hpp"

#include <fmt/format.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/error.hpp"

namespace notes::scheduler {
namespace {

using Size = rapidjson::SizeType;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

template <typename Members, typename WriteValue>
std::string write_object(const Members& members, WriteValue write_value) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  for (const auto& [name, value] : members) {
    writer.Key(name.data(), static_cast<Size>(name.size()));
    write_value(writer, value);
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

/// Takes a flat object; refuses whatever its values may not be.
template <typename Value>
struct Members : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Members<Value>> {
  bool Default() { return false; }
  bool StartObject() { return depth++ == 0; }
  bool EndObject(Size) { return true; }
  bool Key(const char* text, Size size, bool) {
    name.assign(text, size);
    return true;
  }
  bool put(Value value) {
    if (depth == 0) return false;
    values.insert_or_assign(name, std::move(value));
    return true;
  }

  int depth = 0;
  std::string name;
  std::map<std::string, Value, std::less<>> values;
};

struct TextMembers final : Members<std::string> {
  bool String(const char* text, Size size, bool) { return put(std::string(text, size)); }
};

struct NumberMembers final : Members<std::int64_t> {
  bool Int(int value) { return put(value); }
  bool Uint(unsigned value) { return put(value); }
  bool Int64(std::int64_t value) { return put(value); }
};

template <typename Handler>
auto read_object(std::string_view json) {
  Handler handler;
  const std::string text(json);
  rapidjson::StringStream stream(text.c_str());
  if (rapidjson::Reader().Parse(stream, handler).IsError()) {
    throw Error(ErrorCode::internal, fmt::format("cron_runs: a row has the JSON {}", json));
  }
  return std::move(handler.values);
}

}  // namespace

std::string to_json(const Parameters& parameters) {
  return write_object(parameters, [](Writer& writer, const std::string& value) {
    writer.String(value.data(), static_cast<Size>(value.size()));
  });
}

std::string to_json(const Counters& counters) {
  return write_object(counters, [](Writer& writer, std::int64_t value) { writer.Int64(value); });
}

Parameters parse_parameters(std::string_view json) { return read_object<TextMembers>(json); }

Counters parse_counters(std::string_view json) { return read_object<NumberMembers>(json); }

}  // namespace notes::scheduler
