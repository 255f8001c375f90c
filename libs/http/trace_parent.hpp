#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace notes::http {

/// Where a request stands in a distributed trace (W3C Trace Context, Recommendation of 2021-11-23):
/// the trace it belongs to, and the span that this service is. The field's value "00-TRACE-SPAN-FL"
/// is what a handler passes on to those whom it asks in turn.
class TraceParent {
 public:
  /// No trace: all zeros, which is not valid on the wire.
  TraceParent();

  /// A span of its own in the trace that the client's field names; in a new, sampled one when there
  /// is no field or it is not valid.
  static TraceParent of(std::optional<std::string_view> field);

  std::string_view text() const { return {text_.data(), text_.size()}; }
  /// 32 and 16 lower-case hexadecimal digits.
  std::string_view trace_id() const { return text().substr(3, 32); }
  std::string_view span_id() const { return text().substr(36, 16); }

 private:
  std::array<char, 55> text_;
};

}  // namespace notes::http
