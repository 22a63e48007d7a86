// Names in commands that people copy from the screen.
#pragma once

#include <string>

namespace xenha {

/// `word` as a shell takes it: in quotes where it needs them.
std::string shell_word(const std::string& word);

}  // namespace xenha
