#include "lib/base/date_text.h"

#include <chrono>

namespace xenha {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes a date apart from its start; once something does not fit, nothing that follows does.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int number(std::size_t digits, int least, int most) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || !is_digit(rest_[i])) return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    if (value < least || value > most) return fail();
    rest_.remove_prefix(digits);
    return value;
  }
  bool optional(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!optional(c)) fail();
  }
  std::chrono::nanoseconds fraction() {
    if (!optional('.')) return {};
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && digits < 9 && is_digit(rest_[digits]); ++digits)
      value = value * 10 + (rest_[digits] - '0');
    if (digits == 0) fail();
    rest_.remove_prefix(digits);
    for (; digits < 9; ++digits) value *= 10;
    return std::chrono::nanoseconds(value);
  }
  bool complete() const { return good_ && rest_.empty(); }

 private:
  int fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool good_ = true;
};

/// East of Greenwich.
std::chrono::minutes offset(Scanner& scan, const DateForm& form) {
  if (scan.optional('Z')) return {};
  const bool west = scan.optional('-');
  if (!west) scan.expect('+');
  const std::chrono::hours hours(scan.number(2, 0, form.most_hours_of_offset));
  if (!scan.optional(':') && !form.colon_may_miss) scan.expect(':');
  const std::chrono::minutes whole = hours + std::chrono::minutes(scan.number(2, 0, 59));
  return west ? -whole : whole;
}

constexpr WallTime kFirst{};
constexpr WallTime kEnd{std::chrono::sys_days(std::chrono::year(2200) / 1 / 1)};

}  // namespace

std::optional<WallTime> parse_date_text(std::string_view text, const DateForm& form) {
  Scanner scan(text);
  // One year more on both sides, for those whose midnight is not that of Greenwich.
  const std::chrono::year year(scan.number(4, 1969, 2200));
  scan.expect('-');
  const std::chrono::month month(static_cast<unsigned>(scan.number(2, 1, 12)));
  scan.expect('-');
  const std::chrono::day day(static_cast<unsigned>(scan.number(2, 1, 31)));
  scan.expect('T');
  const std::chrono::hours hour(scan.number(2, 0, 23));
  scan.expect(':');
  const std::chrono::minutes minute(scan.number(2, 0, 59));
  scan.expect(':');
  const std::chrono::seconds second(scan.number(2, 0, 59));
  const std::chrono::nanoseconds fraction = form.fraction ? scan.fraction() : std::chrono::nanoseconds{};
  const std::chrono::minutes east = offset(scan, form);
  const std::chrono::year_month_day date = year / month / day;
  if (!scan.complete() || !date.ok()) return std::nullopt;
  const WallTime when = WallTime(std::chrono::sys_days(date)) + hour + minute + second + fraction - east;
  if (when < kFirst || when >= kEnd) return std::nullopt;
  return when;
}

}  // namespace xenha
