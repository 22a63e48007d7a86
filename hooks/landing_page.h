// The page "/": each pool with its newest decision, and what was decided and done before, newest first.
#pragma once

#include <string>
#include <vector>

#include "hooks/board.h"
#include "hooks/journal/journal.h"
#include "lib/base/clock.h"

namespace xenha::hooks {

struct LandingPage {
  std::string mode;
  Board::Shown shown;
  std::vector<journal::Line> lines;  ///< newest first
  std::string journal_problem;       ///< empty: it can be read
  WallTime now;
};

std::string render_landing_page(const LandingPage& page);

}  // namespace xenha::hooks
