#include "lib/config/duration.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "lib/config/problems.h"

namespace xenha::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct TimeUnit {
  std::string_view name;
  Duration length;
};
constexpr TimeUnit kTimeUnits[] = {
    {"d", hours(24)}, {"h", hours(1)}, {"m", minutes(1)}, {"s", seconds(1)}, {"ms", milliseconds(1)}};
constexpr Duration kLongest = hours(24 * 3650);

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr SizeUnit kSizeUnits[] = {{"GiB", 1u << 30}, {"MiB", 1u << 20}, {"KiB", 1u << 10}, {"B", 1}};

Error bad(std::string_view text, const std::string& rest) {
  return {ErrorCode::kBadConfig, in_quotes(text) + " " + rest};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the leading digits off `text`. Absent when there are none or they do not fit.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || text.empty() || !is_digit(text.front())) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

/// Takes the leading letters off `text`.
std::string_view take_word(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
  const auto length = static_cast<std::size_t>(end - text.begin());
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  constexpr const char* kForm = "is no duration, write for example 90s, 5m or 1h30m";
  if (all_digits(text)) return bad(text, "has no unit, write " + std::string(text.substr(0, 20)) + "s");
  if (text.find_first_of(".,") != std::string_view::npos)
    return bad(text, "is not a whole number, use a smaller unit: 1500ms for 1.5s");
  Duration sum{0};
  std::size_t next_unit = 0;
  std::string_view rest = text;
  if (rest.empty()) return bad(text, kForm);
  while (!rest.empty()) {
    const std::optional<std::int64_t> number = take_number(rest);
    if (!number) return bad(text, kForm);
    const std::string_view unit = take_word(rest);
    while (next_unit < std::size(kTimeUnits) && kTimeUnits[next_unit].name != unit) ++next_unit;
    if (next_unit == std::size(kTimeUnits)) return bad(text, kForm);
    const Duration length = kTimeUnits[next_unit++].length;
    if (*number > kLongest / length) return bad(text, "is too long, at most 3650d");
    sum += *number * length;
  }
  if (sum > kLongest) return bad(text, "is too long, at most 3650d");
  return sum;
}

std::string format_duration(Duration span) {
  std::string out;
  for (const auto& [name, length] : kTimeUnits) {
    if (span >= length) out += std::to_string(span / length) + std::string(name);
    span %= length;
  }
  return out.empty() ? "0s" : out;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr const char* kForm = "is no size, write for example 512KiB or 1MiB";
  if (all_digits(text))
    return bad(text, "has no unit, write " + std::string(text.substr(0, 20)) + "B, or KiB, MiB, GiB");
  std::string_view rest = text;
  const std::optional<std::int64_t> number = take_number(rest);
  if (!number) return bad(text, kForm);
  for (const auto& [name, bytes] : kSizeUnits) {
    if (rest != name) continue;
    constexpr std::uint64_t kLargest = std::uint64_t{1} << 40;
    if (static_cast<std::uint64_t>(*number) > kLargest / bytes)
      return bad(text, "is too large, at most 1024GiB");
    return static_cast<std::uint64_t>(*number) * bytes;
  }
  return bad(text, kForm);
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& [name, length] : kSizeUnits)
    if (bytes >= length && bytes % length == 0) return std::to_string(bytes / length) + std::string(name);
  return "0B";
}

}  // namespace xenha::config
