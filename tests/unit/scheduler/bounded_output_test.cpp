#include "scheduler/bounded_output.hpp"

#include <doctest/doctest.h>

using namespace notes::scheduler;

TEST_CASE("output below the bound is kept as it is") {
  BoundedOutput output(8);
  output.add("abc");
  output.add("defgh");
  CHECK(output.text() == "abcdefgh");
}

TEST_CASE("of output beyond the bound the beginning and the end are kept, and the cut is said") {
  BoundedOutput output(8);
  for (const char* part : {"ab", "cdef", "ghijkl", "mn", "op"}) output.add(part);
  CHECK(output.text() == "abcd\n[8 bytes left out]\nmnop");
  BoundedOutput at_once(8);
  at_once.add("abcdefghijklmnop");
  CHECK(at_once.text() == "abcd\n[8 bytes left out]\nmnop");
}

TEST_CASE("the cuts of output fall between characters") {
  BoundedOutput output(8);
  // Three bytes each: the fourth byte of the head begins 나, the tail begins inside 라.
  output.add("가나다라마");
  CHECK(output.text() == "가\n[9 bytes left out]\n마");
}

TEST_CASE("what no database takes becomes a replacement character") {
  BoundedOutput output;
  output.add(std::string_view("a\0b\xff", 4));
  CHECK(output.text() == "a\uFFFDb\uFFFD");
}

TEST_CASE("ten megabytes of output leave a bounded text") {
  BoundedOutput output;
  const std::string line(1023, 'x');
  for (int i = 0; i < 10 * 1024; ++i) output.add(line + "\n");
  CHECK(output.text().size() == 64 * 1024 + std::string("\n[10420224 bytes left out]\n").size());
}
