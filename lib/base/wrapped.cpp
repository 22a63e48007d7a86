#include "lib/base/wrapped.h"

#include <clocale>
#include <cwchar>
#include <sstream>

namespace xenha {
namespace {

/// Takes one character off the front. Bytes that are no UTF-8 count as one character each.
wchar_t next_character(std::string_view& text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  wchar_t out = length == 1 ? byte(0) : byte(0) & (0xff >> (length + 1));
  for (std::size_t at = 1; at < length; ++at) {
    if (at >= text.size() || (byte(at) & 0xc0) != 0x80) {
      text.remove_prefix(1);
      return L'?';
    }
    out = (out << 6) | (byte(at) & 0x3f);
  }
  text.remove_prefix(length);
  return out;
}

/// wcwidth() answers by the thread's locale, and the names of other people are UTF-8 in any.
class InUtf8 {
 public:
  InUtf8() : before_(uselocale(utf8())) {}
  ~InUtf8() { uselocale(before_); }
  InUtf8(const InUtf8&) = delete;
  InUtf8& operator=(const InUtf8&) = delete;

 private:
  static locale_t utf8() {
    static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  const locale_t before_;
};

}  // namespace

std::size_t columns_of(std::string_view text) {
  const InUtf8 in_utf8;
  std::size_t columns = 0;
  while (!text.empty()) {
    const int width = wcwidth(next_character(text));
    columns += width < 0 ? 1 : static_cast<std::size_t>(width);
  }
  return columns;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out, line;
  std::size_t columns = indent;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    const std::size_t more = columns_of(word);
    if (!line.empty() && columns + 1 + more > width) {
      out += std::string(indent, ' ') + line + "\n";
      line.clear();
      columns = indent;
    }
    columns += more + (line.empty() ? 0 : 1);
    line += (line.empty() ? "" : " ") + word;
  }
  return out + std::string(indent, ' ') + line + "\n";
}

}  // namespace xenha
