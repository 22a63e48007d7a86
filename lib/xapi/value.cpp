#include "lib/xapi/value.h"

#include <charconv>

namespace xenha::xapi {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The whole of `text`, with an optional plus sign, as std::from_chars reads it: no locale, range checked.
template <class Number>
std::optional<Number> number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  Number parsed{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, parsed);
  if (error != std::errc() || stop != end) return std::nullopt;
  return parsed;
}

/// Reads a date from the left.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int read = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      read = read * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return read;
  }
  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::sys_days> date(Cursor& at) {
  const std::optional<int> year = at.digits(4);
  const bool dashed = at.take('-');
  const std::optional<int> month = at.digits(2);
  if (dashed != at.take('-')) return std::nullopt;
  const std::optional<int> day = at.digits(2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day found{std::chrono::year(*year), std::chrono::month(unsigned(*month)),
                                          std::chrono::day(unsigned(*day))};
  if (!found.ok()) return std::nullopt;
  return std::chrono::sys_days(found);
}

std::optional<Duration> time_of_day(Cursor& at) {
  const std::optional<int> hour = at.digits(2);
  const bool colons = at.take(':');
  const std::optional<int> minute = at.digits(2);
  if (colons != at.take(':')) return std::nullopt;
  const std::optional<int> second = at.digits(2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  Duration fraction{};
  if (at.take('.') || at.take(',')) {
    std::optional<int> digit = at.digits(1);
    if (!digit) return std::nullopt;
    for (Duration unit = std::chrono::milliseconds(100); digit; digit = at.digits(1), unit /= 10) {
      fraction += unit * *digit;
    }
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second) + fraction;
}

/// What to take off to get UTC.
std::optional<std::chrono::minutes> zone(Cursor& at) {
  if (at.take('Z') || at.done()) return std::chrono::minutes(0);
  const bool east = at.take('+');
  if (!east && !at.take('-')) return std::nullopt;
  const std::optional<int> hours = at.digits(2);
  int minutes = 0;
  if (at.take(':') || !at.done()) {
    const std::optional<int> read = at.digits(2);
    if (!read) return std::nullopt;
    minutes = *read;
  }
  if (!hours || *hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours(*hours) + std::chrono::minutes(minutes);
  return east ? offset : -offset;
}

}  // namespace

const Value* Value::find(std::string_view name) const {
  for (std::size_t i = members.size(); i > 0; --i) {
    if (members[i - 1].name == name) return &members[i - 1].value;
  }
  return nullptr;
}

std::optional<std::string_view> Value::text() const {
  if (kind != Kind::kText) return std::nullopt;
  return scalar;
}

std::optional<std::int64_t> Value::integer() const {
  if (kind != Kind::kText && kind != Kind::kInt) return std::nullopt;
  return number<std::int64_t>(trimmed(scalar));
}

std::optional<double> Value::real() const {
  if (kind == Kind::kDouble) return number<double>(trimmed(scalar));
  const std::optional<std::int64_t> whole = integer();
  if (!whole) return std::nullopt;
  return static_cast<double>(*whole);
}

std::optional<bool> Value::boolean() const {
  if (kind != Kind::kBool) return std::nullopt;
  const std::string_view word = trimmed(scalar);
  if (word == "1" || word == "true") return true;
  if (word == "0" || word == "false") return false;
  return std::nullopt;
}

std::optional<WallTime> Value::time() const {
  if (kind != Kind::kDateTime) return std::nullopt;
  Cursor at(trimmed(scalar));
  const std::optional<std::chrono::sys_days> day = date(at);
  if (!day || !at.take('T')) return std::nullopt;
  // The clock counts nanoseconds in 64 bits: it ends in 2262 and starts in 1677.
  using std::chrono::year;
  constexpr auto kFirst = std::chrono::sys_days(year(1678) / 1 / 1);
  constexpr auto kLast = std::chrono::sys_days(year(2261) / 12 / 31);
  if (*day < kFirst || *day > kLast) return std::nullopt;
  const std::optional<Duration> passed = time_of_day(at);
  if (!passed) return std::nullopt;
  const std::optional<std::chrono::minutes> offset = zone(at);
  if (!offset || !at.done()) return std::nullopt;
  return std::chrono::time_point_cast<WallTime::duration>(WallTime(*day) + *passed - *offset);
}

}  // namespace xenha::xapi
