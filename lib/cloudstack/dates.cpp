#include "lib/cloudstack/dates.h"

#include "lib/base/wall_time.h"
#include "lib/cloudstack/words.h"

namespace xenha::cloudstack {
namespace {

/// Takes a date apart from its start; once something does not fit, everything that follows is 0.
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

/// East of Greenwich. Java knows zones up to 18 hours away.
std::chrono::minutes offset(Scanner& scan) {
  if (scan.optional('Z')) return {};
  const bool west = scan.optional('-');
  if (!west) scan.expect('+');
  const std::chrono::hours hours(scan.number(2, 0, 18));
  scan.optional(':');
  const std::chrono::minutes whole = hours + std::chrono::minutes(scan.number(2, 0, 59));
  return west ? -whole : whole;
}

}  // namespace

std::optional<WallTime> parse_date(std::string_view text) {
  Scanner scan(text);
  const int year = scan.number(4, 1970, 2199);
  scan.expect('-');
  const int month = scan.number(2, 1, 12);
  scan.expect('-');
  const int day = scan.number(2, 1, 31);
  scan.expect('T');
  const std::chrono::hours hour(scan.number(2, 0, 23));
  scan.expect(':');
  const std::chrono::minutes minute(scan.number(2, 0, 59));
  scan.expect(':');
  const std::chrono::seconds second(scan.number(2, 0, 59));
  const std::chrono::minutes east = offset(scan);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (!scan.complete() || !date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + hour + minute + second - east;
}

std::string expires_text(WallTime when) {
  return utc_text(when, "%Y-%m-%dT%H:%M:%S+0000");
}

}  // namespace xenha::cloudstack
