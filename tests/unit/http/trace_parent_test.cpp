#include "http/trace_parent.hpp"

#include <string>

#include <doctest/doctest.h>

using notes::http::TraceParent;

namespace {

// The example of W3C Trace Context §3.2.3.
constexpr std::string_view kGiven = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

bool is_well_formed(const TraceParent& trace) {
  const std::string text(trace.text());
  return text.size() == 55 && text.find_first_not_of("0123456789abcdef-") == std::string::npos &&
         text.starts_with("00-") && text[35] == '-' && text[52] == '-';
}

}  // namespace

TEST_CASE("a valid traceparent is gone on with, under a span of one's own") {
  const auto own = TraceParent::of(kGiven);
  CHECK(own.trace_id() == kTrace);
  CHECK(own.span_id() != "00f067aa0ba902b7");
  CHECK(own.text().ends_with("-01"));
  CHECK(is_well_formed(own));
  CHECK(TraceParent::of(kGiven).span_id() != own.span_id());
}

TEST_CASE("whether a trace is sampled is kept, and no other flag") {
  const std::string base(kGiven.substr(0, 53));
  CHECK(TraceParent::of(base + "00").text().ends_with("-00"));
  CHECK(TraceParent::of(base + "ff").text().ends_with("-01"));
  CHECK(TraceParent::of(base + "02").text().ends_with("-00"));
}

TEST_CASE("a version to come is read as far as this one goes") {
  const std::string later = "cc" + std::string(kGiven.substr(2));
  CHECK(TraceParent::of(later).trace_id() == kTrace);
  CHECK(TraceParent::of(later + "-what-the-future-brings").trace_id() == kTrace);
  CHECK(TraceParent::of(later + ".no").trace_id() != kTrace);
}

TEST_CASE("what is not valid begins a new trace") {
  const std::string given(kGiven);
  const std::string zero_trace = "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01";
  const std::string zero_span = given.substr(0, 36) + std::string(16, '0') + "-01";
  for (const auto& field :
       {std::string(), std::string("00"), given + "-more", given.substr(0, 54),
        "ff" + given.substr(2), zero_trace, zero_span, "0G" + given.substr(2),
        given.substr(0, 53) + "0x",
        std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")}) {
    CAPTURE(field);
    const auto own = TraceParent::of(field);
    CHECK(own.trace_id() != kTrace);
    CHECK(own.trace_id() != std::string(32, '0'));
    CHECK(is_well_formed(own));
    CHECK(own.text().ends_with("-01"));
  }
  CHECK(TraceParent::of(std::nullopt).trace_id() != TraceParent::of(std::nullopt).trace_id());
}
