#include "hooks/ctl/render/table.h"

#include <algorithm>
#include <cstdint>

namespace xenha::ctl {
namespace {

constexpr std::size_t kGap = 2, kNarrowest = 8;

const char* code_of(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "32";
    case Tone::kWarn:
      return "33";
    case Tone::kBad:
      return "1;31";
    case Tone::kDim:
      return "2";
    case Tone::kBold:
      return "1";
    case Tone::kPlain:
      break;
  }
  return "";
}

/// Length of the well-formed character at the front, and which; 0: there is none.
std::size_t character_at(std::string_view text, std::uint32_t& code) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  code = byte(0);
  if (code < 0x80) return 1;
  const std::size_t length = code >= 0xf0 ? 4 : code >= 0xe0 ? 3 : code >= 0xc2 ? 2 : 0;
  if (length == 0 || code > 0xf4 || text.size() < length) return 0;
  code &= 0xffu >> (length + 1);
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(at) & 0x3fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  return overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : length;
}

/// Control characters, line separators, and what turns the direction of writing.
bool moves_the_cursor(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

/// The part of a word that fits into `width`, at least one character.
std::string_view front_of(std::string_view word, std::size_t width) {
  std::size_t end = 0;
  while (end < word.size()) {
    std::uint32_t code = 0;
    const std::size_t length = std::max<std::size_t>(1, character_at(word.substr(end), code));
    if (end > 0 && columns_of(word.substr(0, end + length)) > width) break;
    end += length;
  }
  return word.substr(0, end);
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0;
  const std::string whole = plain(text);
  for (std::size_t begin = 0; begin < whole.size();) {
    const std::size_t end = std::min(whole.find(' ', begin), whole.size());
    longest = std::max(longest, columns_of(std::string_view(whole).substr(begin, end - begin)));
    begin = end + 1;
  }
  return longest;
}

}  // namespace

std::string Style::paint(std::string_view text, Tone tone) const {
  if (!colours || tone == Tone::kPlain || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code_of(tone)) + "m" + std::string(text) + "\x1b[0m";
}

std::string plain(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::uint32_t code = 0;
    const std::size_t length = character_at(text, code);
    if (length == 0 || moves_the_cursor(code))
      out += '?';
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  const auto next_line = [&] {
    lines.push_back(line);
    line.clear();
  };
  const std::string whole = plain(text);
  std::size_t begin = whole.find_first_not_of(' ');
  while (begin != std::string::npos) {
    const std::size_t end = std::min(whole.find(' ', begin), whole.size());
    std::string_view word = std::string_view(whole).substr(begin, end - begin);
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > width) next_line();
    while (columns_of(word) > width) {
      const std::string_view front = front_of(word, width);
      line = front;
      next_line();
      word.remove_prefix(front.size());
    }
    if (!word.empty()) {
      if (!line.empty()) line += ' ';
      line += word;
    }
    begin = whole.find_first_not_of(' ', end);
  }
  if (!line.empty() || lines.empty()) next_line();
  return lines;
}

/// The last column takes what the others leave, and they leave it a third at least if it wants so much. Words
/// are broken only where nothing else helps.
std::vector<std::size_t> Table::widths(std::size_t room) const {
  std::vector<std::size_t> out, words;
  const auto widen = [&](std::size_t column, std::string_view text) {
    if (column >= out.size()) {
      out.resize(column + 1);
      words.resize(column + 1);
    }
    out[column] = std::max(out[column], columns_of(plain(text)));
    words[column] = std::max(words[column], longest_word(text));
  };
  for (std::size_t i = 0; i < heads_.size(); ++i) widen(i, heads_[i]);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widen(i, row[i].text);
  if (out.empty()) return out;
  const std::size_t last = out.size() - 1;
  const auto used = [&] {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < last; ++i) sum += out[i] + kGap;
    return sum;
  };
  const std::size_t wanted = std::min(out[last], room / 3);
  const auto shrink = [&](auto least) {
    while (used() + wanted > room) {
      std::size_t widest = last;
      for (std::size_t i = 0; i < last; ++i)
        if (out[i] > least(i) && (widest == last || out[i] > out[widest])) widest = i;
      if (widest == last) return;
      --out[widest];
    }
  };
  shrink([&](std::size_t column) { return words[column]; });
  shrink([](std::size_t) { return kNarrowest; });
  out[last] = room > used() + kNarrowest ? room - used() : kNarrowest;
  return out;
}

std::string Table::text(const Style& style, std::size_t indent) const {
  const std::vector<std::size_t> wide = widths(style.width > indent ? style.width - indent : 1);
  std::string out;
  const auto write = [&](const std::vector<Cell>& row) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(lines_of(row[i].text, std::max<std::size_t>(1, wide[i])));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t y = 0; y < height; ++y) {
      std::string line(indent, ' ');
      std::size_t blanks = 0;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string text = y < cells[i].size() ? cells[i][y] : "";
        if (!text.empty()) {
          line += std::string(blanks, ' ') + style.paint(text, row[i].tone);
          blanks = 0;
        }
        blanks += wide[i] + kGap - std::min(wide[i], columns_of(text));
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
  };
  if (!heads_.empty()) {
    std::vector<Cell> heads;
    for (const std::string& head : heads_) heads.push_back({head, Tone::kDim});
    write(heads);
  }
  for (const auto& row : rows_) write(row);
  return out;
}

}  // namespace xenha::ctl
