#include "identity/access_token.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "identity/digest.hpp"

using notes::identity::is_access_token;
using notes::identity::make_access_token;
using notes::identity::sha256;

TEST_CASE("a token ends in the CRC-32 of the rest in base 62") {
  // Worked out with Python's zlib.crc32; the last one's checksum begins with a zero.
  for (const char* token : {"notes_pat_00000000000000000000000000000045sOlK",
                            "notes_pat_abcdefghijklmnopqrstuvwxyzABCD1Yw9yS",
                            "notes_pat_Zz9Zz9Zz9Zz9Zz9Zz9Zz9Zz9Zz9Zz92qzB4Q",
                            "notes_pat_0000000000000000000000000000020uIvfO"}) {
    CAPTURE(token);
    CHECK(is_access_token(token));
  }
}

TEST_CASE("a text that differs in any one character is no token") {
  const std::string token = "notes_pat_abcdefghijklmnopqrstuvwxyzABCD1Yw9yS";
  for (std::size_t i = 0; i < token.size(); ++i) {
    CAPTURE(i);
    auto changed = token;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    CHECK_FALSE(is_access_token(changed));
  }
  for (const auto& text :
       {std::string(), std::string("notes_pat_"), token + "x", token.substr(1), token + '\0',
        "Notes_pat_" + token.substr(10), token.substr(0, 45) + "-", std::string(46, '0')}) {
    CAPTURE(text);
    CHECK_FALSE(is_access_token(text));
  }
}

TEST_CASE("tokens that are made are tokens, all different, of all digits") {
  std::set<std::string> made;
  std::set<char> digits;
  for (int i = 0; i < 1000; ++i) {
    const auto token = make_access_token();
    CHECK(is_access_token(token));
    made.insert(token);
    digits.insert(token.begin() + 10, token.begin() + 40);
  }
  CHECK(made.size() == 1000);
  CHECK(digits.size() == 62);
}

TEST_CASE("a digest is that of FIPS 180-4") {
  // The examples of FIPS 180-4: "abc", and the empty text.
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
