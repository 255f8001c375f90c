#include "http/writer.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "http/problem.hpp"

namespace notes::http {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// The fields that are the server's to write.
bool is_framing(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"Content-Length", "Transfer-Encoding",
                                                   "Connection", "Date", "X-Request-Id"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view own) { return equal_ignoring_case(own, name); });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status, phrase(status));
}

void append_body_end(std::string& out, BodyEnd end, std::size_t size) {
  switch (end) {
    case BodyEnd::length:
      out.append("Content-Length: ").append(fmt::format_int(size).c_str()).append("\r\n");
      return;
    case BodyEnd::chunked:
      out.append("Transfer-Encoding: chunked\r\n");
      return;
    case BodyEnd::close:
      return;
  }
}

void append_chunk(std::string& out, std::string_view piece) {
  if (piece.empty()) return;
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out.append(piece).append("\r\n");
}

}  // namespace

std::string_view DateText::at(Timestamp now) {
  using namespace std::chrono;
  const auto moment = floor<seconds>(now.since_epoch());
  if (moment.count() == second_) return text_;
  second_ = moment.count();
  const sys_seconds time(moment);
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  text_ =
      fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kWeekdays[weekday(day).c_encoding()],
                  static_cast<unsigned>(date.day()),
                  kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  return text_;
}

bool is_writable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  for (const auto [name, value] : response.headers.fields()) {
    if (name.empty() || name.find_first_of(": \t\r\n") != std::string_view::npos) return false;
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return false;
  }
  return true;
}

void write(const Response& response, const Framing& framing, std::string& out) {
  append_status_line(out, response.status);
  append_field(out, "Date", framing.date);
  append_field(out, "X-Request-Id", framing.request_id);
  out.append(framing.policy);
  for (const auto [name, value] : response.headers.fields()) {
    if (!is_framing(name)) append_field(out, name, value);
  }
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) append_body_end(out, framing.end, response.body.size());
  if (framing.persistence == Persistence::close) out.append("Connection: close\r\n");
  if (framing.persistence == Persistence::keep_alive_said) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
  if (bodiless || framing.head_only) return;
  if (framing.end == BodyEnd::chunked) return append_chunk(out, response.body);
  out.append(response.body);
}

void write_piece(const std::optional<std::string>& piece, BodyEnd end, std::string& out) {
  if (end != BodyEnd::chunked) {
    out.append(piece.value_or(""));
  } else if (piece) {
    append_chunk(out, *piece);
  } else {
    out.append("0\r\n\r\n");
  }
}

}  // namespace notes::http
