#include "lib/cloudstack/fault_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <set>

#include "lib/cloudstack/signature.h"
#include "lib/cloudstack/words.h"

namespace xenha::cloudstack {
namespace {

constexpr std::size_t kMaxLength = 300;
/// A UUID has 36 characters, CloudStack's keys have 86.
constexpr std::size_t kLongestWord = 40;
constexpr std::string_view kCut = "***";
constexpr std::array<std::string_view, 6> kSecretNames{"apikey",     "secretkey", "signature",
                                                       "sessionkey", "password",  "jsessionid"};

void cut_everywhere(std::string& text, std::string_view what) {
  if (what.empty()) return;
  const std::string sought = lower_case(what);
  std::string seen = lower_case(text);
  for (std::size_t at = seen.find(sought); at != std::string::npos; at = seen.find(sought, at)) {
    text.replace(at, sought.size(), kCut);
    seen.replace(at, sought.size(), kCut);
    at += kCut.size();
  }
}

bool ends_value(char c) {
  return c == '&' || c == ' ' || c == '"' || c == '\'' || c == ',' || c == ';' || c == '}';
}

/// `name=value` and `"name":"value"`.
void cut_values_of(std::string& text, std::string_view name) {
  std::string seen = lower_case(text);
  for (std::size_t at = seen.find(name); at != std::string::npos; at = seen.find(name, at)) {
    at += name.size();
    std::size_t begin = seen.find_first_not_of("\" '", at);
    if (begin == std::string::npos || (seen[begin] != '=' && seen[begin] != ':')) continue;
    begin = seen.find_first_not_of("\" '", begin + 1);
    if (begin == std::string::npos) return;
    std::size_t end = begin;
    while (end < seen.size() && !ends_value(seen[end])) ++end;
    text.replace(begin, end - begin, kCut);
    seen.replace(begin, end - begin, kCut);
    at = begin + kCut.size();
  }
}

bool belongs_to_key(char c) {
  return is_alphanumeric(c) || std::string_view("-_+/=%").find(c) != std::string_view::npos;
}

void cut_long_words(std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && belongs_to_key(text[end])) ++end;
    if (end - begin > kLongestWord) {
      text.replace(begin, end - begin, kCut);
      end = begin + kCut.size();
    }
    begin = end + 1;
  }
}

/// Control characters and runs of spaces become one space.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void shorten(std::string& text) {
  if (text.size() <= kMaxLength) return;
  std::size_t end = kMaxLength;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  text.resize(end);
  text += "...";
}

Duration unit_of(std::string_view word) {
  if (word.starts_with("ms") || word.starts_with("milli")) return std::chrono::milliseconds(1);
  if (word.starts_with("m")) return std::chrono::minutes(1);
  return std::chrono::seconds(1);
}

}  // namespace

std::string clean_text(std::string_view text, std::span<const std::string> secrets) {
  std::string out = one_line(text);
  for (const std::string& secret : secrets) {
    const std::set<std::string> writings{secret, escape_for_wire(secret), escape_for_signature(secret)};
    for (const std::string& writing : writings) cut_everywhere(out, writing);
  }
  for (const std::string_view name : kSecretNames) cut_values_of(out, name);
  cut_long_words(out);
  shorten(out);
  return out;
}

std::optional<Duration> wait_asked_for(std::string_view text) {
  constexpr long kMost = 300'000;
  const std::string seen = lower_case(text);
  const std::size_t after = seen.find("after");
  const std::size_t begin = seen.find_first_of("0123456789", after == std::string::npos ? 0 : after);
  if (begin == std::string::npos) return std::nullopt;
  long number = 0;
  const auto [end, error] = std::from_chars(seen.data() + begin, seen.data() + seen.size(), number);
  if (error != std::errc() || number > kMost) number = kMost;
  const std::string_view rest(end, static_cast<std::size_t>(seen.data() + seen.size() - end));
  const std::size_t unit = rest.find_first_not_of("] )");
  const Duration wait = number * unit_of(unit == std::string_view::npos ? "" : rest.substr(unit));
  return std::min<Duration>(wait, std::chrono::milliseconds(kMost));
}

bool is_about_page_size(std::string_view text) {
  const std::string seen = lower_case(text);
  return seen.find("page size") != std::string::npos || seen.find("pagesize") != std::string::npos;
}

}  // namespace xenha::cloudstack
