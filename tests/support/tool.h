// Programs of the system as second opinions: promtool, gzip, python3.
#pragma once

#include <string>
#include <string_view>

namespace xenha::test {

struct ToolResult {
  int exit_code = -1;  ///< 127: no such program
  std::string output;  ///< standard output and error
};

/// Runs a shell command with `input` on its standard input and waits for its end.
ToolResult run_tool(const std::string& command, std::string_view input);

}  // namespace xenha::test
