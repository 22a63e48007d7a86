// What --config.check says. Used by all programs.
#pragma once

#include <filesystem>
#include <string>

#include "lib/config/problems.h"

namespace xenha::config {

struct CheckReport {
  int exit_code = 0;  ///< 0 or 2
  std::string text;   ///< for standard output
};

/// All of `problems`, errors first, and how many errors there are.
CheckReport unusable(const std::filesystem::path& path, const Problems& problems);
/// The warnings, and what was found: `counts` is such as "pools: 2, listed hosts: 8".
CheckReport usable(const std::filesystem::path& path, const Problems& problems, const std::string& counts);

}  // namespace xenha::config
