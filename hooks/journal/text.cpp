#include "hooks/journal/text.h"

#include <algorithm>
#include <cstdint>

namespace xenha::hooks::journal {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Bytes of the character that `text` begins with; 0 when it is none, or is a zero.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t at = 1; at < size; ++at)
    if (!continues(text[at])) return 0;
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool surrogate = first == 0xED && byte(1) > 0x9F;
  const bool beyond = first == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || beyond ? 0 : size;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character(text);
    out += size == 0 ? kReplacement : text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

std::string cut_text(std::string_view text, std::size_t limit) {
  // Cleaning makes text longer, never shorter: what lies beyond the limit is cut off in any case.
  std::string out = clean_text(text.substr(0, limit + 4));
  if (out.size() <= limit && text.size() <= limit) return out;
  std::size_t end = std::min(out.size(), limit - kEllipsis.size());
  while (end > 0 && end < out.size() && continues(out[end])) --end;
  out.resize(end);
  return out.append(kEllipsis);
}

}  // namespace xenha::hooks::journal
