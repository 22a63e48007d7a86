// What a screen of xenhactl must be in every test: within 80 columns, without blanks at line ends, equal to
// its golden.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "lib/base/wrapped.h"
#include "tests/support/golden.h"

namespace xenha::ctl {

inline std::string screen_problem(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (columns_of(line) > kScreenWidth) return "too wide: " + line;
    if (line.ends_with(' ')) return "ends in blanks: " + line;
  }
  return text.empty() || text.ends_with('\n') ? "" : "does not end its last line";
}

}  // namespace xenha::ctl

/// `path` is below tests/golden/ctl.
#define EXPECT_SCREEN(path, text)                            \
  do {                                                       \
    const std::string shown_text = (text);                   \
    EXPECT_EQ("", ::xenha::ctl::screen_problem(shown_text)); \
    EXPECT_GOLDEN(std::string("ctl/") + (path), shown_text); \
  } while (false)
