#include "e2e/model_refusals.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace notes::tests {
namespace {

HttpClient::Fields json_fields() { return {{"Content-Type", "application/json"}}; }

HttpClient::Fields json_with(std::string name, std::string value) {
  auto fields = json_fields();
  fields.emplace_back(std::move(name), std::move(value));
  return fields;
}

/// Something that asks for a note or changes it, when it is there.
Exchange about(OwnNotes& own, const std::string& path, HttpClient::Fields fields = {}) {
  constexpr std::array<std::string_view, 4> kMethods{"GET", "DELETE", "PATCH", "PUT"};
  const std::string method(kMethods[own.below(kMethods.size())]);
  Exchange exchange{
      .method = method, .target = path, .fields = std::move(fields), .body = {}, .check = {}};
  if (method == "PATCH" || method == "PUT") {
    exchange.fields.emplace_back("Content-Type", "application/json");
    exchange.body = own.new_wording().json();
  }
  return exchange;
}

std::string absence(const std::string& id) { return "there is no note " + id; }

/// 412 names the version that the note has.
std::function<void(const HttpResponse&)> stale(const NoteJson& note) {
  return [note](const HttpResponse& answer) {
    refused(412, fmt::format("note {} has version {},", note.id, note.version))(answer);
    expect(answer.header("etag") == fmt::format("\"{}\"", note.version), "the ETag is another");
  };
}

Exchange stale_change(OwnNotes& own, const NoteJson& note) {
  const auto past = fmt::format("\"{}\"", note.version + (own.chance(50) ? 1 : -1));
  auto exchange = about(own, path_of(note.id), {{"If-Match", past}});
  if (exchange.method == "GET") exchange.method = "DELETE";  // reading has no such condition
  exchange.check = stale(note);
  return exchange;
}

Exchange taken_id(OwnNotes& own, const NoteJson& note) {
  return {.method = "PUT",
          .target = path_of(note.id),
          .fields = json_with("If-None-Match", "*"),
          .body = own.new_wording().json(),
          .check = stale(note)};
}

Exchange deleted_from_life(OwnNotes&, const NoteJson& note) {
  return {.method = "DELETE",
          .target = path_of(note.id) + "?permanent=true",
          .fields = {},
          .body = {},
          .check = refused(409, fmt::format("note {} is not in the trash", note.id))};
}

Exchange broken_rule(OwnNotes& own) {
  const auto length = 201 + own.below(1000);
  return {.method = "POST",
          .target = std::string(kNotes),
          .fields = json_fields(),
          .body = fmt::format(R"({{"title":"{}"}})", std::string(length, 'x')),
          .check = refused(422, fmt::format("must have 1 to 200 characters, has {}\"", length))};
}

Exchange no_json(OwnNotes& own) {
  const auto column = 1 + own.below(100);
  return {.method = "POST",
          .target = std::string(kNotes),
          .fields = json_fields(),
          .body = std::string(column, ' ') + "!",
          .check = refused(400, fmt::format("line 1, column {}", column + 1))};
}

Exchange unknown_note(OwnNotes& own) {
  const auto id = own.new_id();
  auto exchange = about(own, path_of(id));
  exchange.check = refused(404, absence(id));
  return exchange;
}

Exchange strangers_note(OwnNotes& own, const std::string& strangers) {
  auto exchange = about(own, path_of(strangers));
  exchange.check = refused(404, absence(strangers));
  if (exchange.method != "PUT" || own.chance(50)) return exchange;
  exchange.fields.emplace_back("If-None-Match", "*");
  exchange.check = [strangers](const HttpResponse& answer) {
    refused(412, fmt::format("the id {} is taken", strangers))(answer);
    expect(!answer.header("etag"), "the version of another person's note");
  };
  return exchange;
}

Exchange gone_note(OwnNotes& own, const std::string& id) {
  auto exchange = about(own, path_of(id));
  exchange.check = refused(404, absence(id));
  return exchange;
}

Exchange without_credentials() {
  return {.method = "GET",
          .target = std::string(kNotes),
          .fields = {{"Authorization", "Bearer none"}},
          .body = {},
          .check = refused(401)};
}

}  // namespace

Exchange refused_exchange(OwnNotes& own, const std::string& strangers) {
  using OfLive = Exchange (*)(OwnNotes&, const NoteJson&);
  constexpr std::array<OfLive, 3> kOfLive{stale_change, taken_id, deleted_from_life};
  const auto choice = own.below(100);
  if (choice < 40) {
    if (const auto id = own.take_live()) {
      return kOfLive[own.below(kOfLive.size())](own, own.model.at(*id));
    }
  }
  if (choice < 60) return strangers_note(own, strangers);
  if (choice < 70) {
    if (const auto id = own.take_trashed()) return gone_note(own, *id);
  }
  if (choice < 75) {
    if (const auto id = own.dead()) return gone_note(own, *id);
  }
  if (choice < 85) return unknown_note(own);
  if (choice < 93) return broken_rule(own);
  if (choice < 98) return no_json(own);
  return without_credentials();
}

}  // namespace notes::tests
