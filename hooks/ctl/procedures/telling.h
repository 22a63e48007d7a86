// What a procedure tells the person at the terminal. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hooks/ctl/procedures/facts.h"
#include "hooks/ctl/procedures/position.h"

namespace xenha::ctl {

/// Text of a step with the names put in.
std::string named(std::string_view text, const Facts& facts, const Position& position);

/// What is true now, one sentence a line: of the host, the pool and CloudStack.
std::vector<std::string> truth_words(const Facts& facts, const Position& position);

/// What to type to go on, and to undo what was done to the host; empty for ha enable and ha disable.
std::string resume_command(const Position& position);

/// The last line, whatever happened: is HA on, and if not, how to put it back. `left`: the procedure is not
/// over.
std::string closing_words(const Facts& facts, const Position& position, bool left);

}  // namespace xenha::ctl
