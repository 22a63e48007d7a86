// Tables and sentences for a person at a terminal. What a screen says never depends on colours: they only
// help the eye. Text of other people's choice (names, reasons) loses what could move the cursor or forge a
// line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/wrapped.h"

namespace xenha::ctl {

enum class Tone { kPlain, kGood, kWarn, kBad, kDim, kBold };

/// How the screen is written on.
struct Style {
  std::size_t width = kScreenWidth;
  bool colours = false;
  std::string paint(std::string_view text, Tone tone) const;
};

/// Valid UTF-8 in one line without control characters and marks of writing direction.
std::string plain(std::string_view text);

/// `text` in lines of at most `width` columns, plain; a word longer than a line is broken.
std::vector<std::string> lines_of(std::string_view text, std::size_t width);

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

class Table {
 public:
  /// `heads` may be empty texts; with none there is no line of heads.
  explicit Table(std::vector<std::string> heads = {}) : heads_(std::move(heads)) {}

  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  /// Columns are as wide as they need, the last has what is left; what does not fit goes on below. Every line
  /// begins with `indent` blanks and ends without any.
  std::string text(const Style& style, std::size_t indent = 0) const;

 private:
  std::vector<std::size_t> widths(std::size_t room) const;

  std::vector<std::string> heads_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace xenha::ctl
