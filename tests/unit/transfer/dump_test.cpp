#include <doctest/doctest.h>

#include "migrate/checksum.hpp"
#include "transfer/engine_dump.hpp"

using namespace notes;

TEST_CASE("a dump's random word and its versions are replaced, and nothing below the head is") {
  const auto dump = [](const std::string& word) {
    return "--\n-- PostgreSQL database dump\n--\n\n\\restrict " + word +
           "\n\n-- Dumped from database version 15.20\n-- Dumped by pg_dump version 15.20\n\n"
           "SET lock_timeout = 0;\n-- Dumped from here\n\\restrict me\n\n\\unrestrict " +
           word + "\n\n";
  };
  const std::string kept =
      "--\n-- PostgreSQL database dump\n--\n\n"
      "SET lock_timeout = 0;\n-- Dumped from here\n\\restrict me\n\nINSERT;\n";
  const auto word = migrate::sha256(kept);
  CHECK(transfer::settled(dump("a1"), "INSERT;\n") ==
        "--\n-- PostgreSQL database dump\n--\n\n\\restrict " + word +
            "\n\nSET lock_timeout = 0;\n-- Dumped from here\n\\restrict me\n\nINSERT;\n"
            "\n\\unrestrict " +
            word + "\n");
  CHECK(transfer::settled(dump("b2"), "INSERT;\n") == transfer::settled(dump("a1"), "INSERT;\n"));
}

TEST_CASE("the dump of a pg_dump that guards nothing gets its rows at the end") {
  CHECK(transfer::settled("--\n-- a dump\n--\n\nSET x = 1;\nCREATE TABLE a ();\n", "INSERT;\n") ==
        "--\n-- a dump\n--\n\nSET x = 1;\nCREATE TABLE a ();\nINSERT;\n");
}
