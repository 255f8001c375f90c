#include "base/timestamp.hpp"

#include <cstddef>
#include <cstdint>

namespace notes {
namespace {

using std::chrono::microseconds;

constexpr microseconds kYear1 =
    std::chrono::sys_days(std::chrono::year(1) / 1 / 1).time_since_epoch();
constexpr microseconds kYear10000 =
    std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1).time_since_epoch();

/// Reads fixed-width fields from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  std::optional<int> digits(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }

  bool accept(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }

  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

std::optional<microseconds> read_date(Cursor& cursor) {
  const auto year = cursor.digits(4);
  if (!year || *year < 1 || !cursor.accept("-")) return std::nullopt;
  const auto month = cursor.digits(2);
  if (!month || !cursor.accept("-")) return std::nullopt;
  const auto day = cursor.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch();
}

std::optional<microseconds> read_fraction(Cursor& cursor) {
  if (!cursor.accept(".")) return microseconds(0);
  std::int64_t value = 0;
  int count = 0;
  while (const auto digit = cursor.digits(1)) {
    if (count < 6) value = value * 10 + *digit;
    ++count;
  }
  if (count == 0) return std::nullopt;
  for (; count < 6; ++count) value *= 10;
  return microseconds(value);
}

std::optional<microseconds> read_time_of_day(Cursor& cursor) {
  const auto hour = cursor.digits(2);
  if (!hour || *hour > 23 || !cursor.accept(":")) return std::nullopt;
  const auto minute = cursor.digits(2);
  if (!minute || *minute > 59 || !cursor.accept(":")) return std::nullopt;
  const auto second = cursor.digits(2);
  if (!second || *second > 59) return std::nullopt;
  const auto fraction = read_fraction(cursor);
  if (!fraction) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
         *fraction;
}

std::optional<microseconds> read_offset(Cursor& cursor) {
  if (cursor.accept("Zz")) return microseconds(0);
  const bool west = cursor.peek() == '-';
  if (!cursor.accept("+-")) return std::nullopt;
  const auto hours = cursor.digits(2);
  if (!hours || *hours > 23) return std::nullopt;
  std::optional<int> minutes = 0;
  if (cursor.accept(":")) minutes = cursor.digits(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const microseconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -offset : offset;
}

/// Writes the number into `count` places from `begin` on, over the zeros that stand there.
void write_digits(std::string& text, std::size_t begin, std::size_t count, std::int64_t number) {
  for (std::size_t i = begin + count; number > 0 && i > begin; number /= 10) {
    text[--i] = static_cast<char>('0' + number % 10);
  }
}

}  // namespace

std::optional<Timestamp> Timestamp::parse(std::string_view text) {
  Cursor cursor(text);
  const auto date = read_date(cursor);
  if (!date || !cursor.accept("Tt ")) return std::nullopt;
  const auto time_of_day = read_time_of_day(cursor);
  if (!time_of_day) return std::nullopt;
  const auto offset = read_offset(cursor);
  if (!offset || !cursor.at_end()) return std::nullopt;
  const auto since_epoch = *date + *time_of_day - *offset;
  // The offset may have moved it out of the years that four digits write.
  if (since_epoch < kYear1 || since_epoch >= kYear10000) return std::nullopt;
  return Timestamp(since_epoch);
}

std::string to_string(Timestamp timestamp) {
  using namespace std::chrono;
  const sys_time<microseconds> moment(timestamp.since_epoch());
  const auto days = floor<std::chrono::days>(moment);
  const year_month_day date(days);
  const hh_mm_ss time(moment - days);
  // Digit by digit: a format string is read anew for every time of every note and log line.
  std::string text = "0000-00-00T00:00:00.000000Z";
  write_digits(text, 0, 4, static_cast<int>(date.year()));
  write_digits(text, 5, 2, static_cast<unsigned>(date.month()));
  write_digits(text, 8, 2, static_cast<unsigned>(date.day()));
  write_digits(text, 11, 2, time.hours().count());
  write_digits(text, 14, 2, time.minutes().count());
  write_digits(text, 17, 2, time.seconds().count());
  write_digits(text, 20, 6, time.subseconds().count());
  return text;
}

}  // namespace notes
