#include "base/uuid.hpp"

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace notes;

namespace {

Timestamp at_millisecond(std::int64_t millisecond) {
  return Timestamp(std::chrono::microseconds(millisecond * 1000));
}

std::int64_t millisecond_of(const Uuid& uuid) {
  std::int64_t millisecond = 0;
  for (std::size_t i = 0; i < 6; ++i) millisecond = millisecond << 8 | uuid.bytes()[i];
  return millisecond;
}

// Later than any other test's, since ids never step back.
constexpr std::int64_t kStart = 4'000'000'000'000;

}  // namespace

TEST_CASE("a UUIDv7 starts with the millisecond, as in RFC 9562 appendix A.6") {
  // 2022-02-22T19:22:22Z is 0x017F22E279B0 milliseconds: the RFC's example is
  // 017F22E2-79B0-7CC3-98C4-DC0C0C07398F.
  const auto example = Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  REQUIRE(example.has_value());
  CHECK(millisecond_of(*example) == 1'645'557'742'000);
  CHECK(to_string(*example) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");

  const Uuid made = Uuid::make_v7(at_millisecond(kStart));
  CHECK(millisecond_of(made) == kStart);
  CHECK((made.bytes()[6] >> 4) == 7);     // version
  CHECK((made.bytes()[8] >> 6) == 0b10);  // variant
}

TEST_CASE(
    "ids of one process sort in the order they were made, also when the clock stands or steps "
    "back") {
  std::vector<Uuid> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(Uuid::make_v7(at_millisecond(kStart + 10)));
  for (int i = 0; i < 1000; ++i) ids.push_back(Uuid::make_v7(at_millisecond(kStart + 5)));
  for (int i = 0; i < 1000; ++i) ids.push_back(Uuid::make_v7(at_millisecond(kStart + 11 + i)));
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("threads never make the same id, and each sees its own in order") {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 20'000;
  std::vector<std::vector<Uuid>> made(kThreads);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&mine] {
        for (std::size_t i = 0; i < kEach; ++i)
          mine.push_back(Uuid::make_v7(at_millisecond(kStart + 5000)));
      });
    }
  }
  std::set<Uuid> all;
  for (const auto& mine : made) {
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  CHECK(all.size() == kThreads * kEach);
}

TEST_CASE("a uuid is 36 characters and nothing else") {
  CHECK(to_string(Uuid()) == "00000000-0000-0000-0000-000000000000");
  CHECK(Uuid::parse("00000000-0000-0000-0000-000000000000") == Uuid());
  for (const std::string text :
       {"", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b07-cc3-98c4-dc0c0c07398f", "{17f22e2-79b0-7cc3-98c4-dc0c0c0739}",
        " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f"}) {
    CAPTURE(text);
    CHECK(Uuid::parse(text) == std::nullopt);
  }
}

TEST_CASE("ids of different things are different types around the same text") {
  using NoteId = Id<struct NoteTag>;
  const auto id = NoteId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  REQUIRE(id.has_value());
  CHECK(to_string(*id) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  CHECK(id->uuid() == *Uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
  CHECK_FALSE(NoteId::parse("x").has_value());
}
