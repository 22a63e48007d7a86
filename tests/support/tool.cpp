#include "tests/support/tool.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace xenha::test {

ToolResult run_tool(const std::string& command, std::string_view input) {
  std::string file = (std::filesystem::temp_directory_path() / "xenha-tool-XXXXXX").string();
  const int fd = mkstemp(file.data());
  if (fd < 0) throw std::runtime_error("no temporary file for the input of " + command);
  while (!input.empty()) {
    const ssize_t written = write(fd, input.data(), input.size());
    if (written <= 0) throw std::runtime_error("cannot write the input of " + command);
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  close(fd);

  ToolResult result;
  FILE* pipe = popen(("( " + command + " ) < " + file + " 2>&1").c_str(), "r");
  if (pipe) {
    std::array<char, 4096> part;
    while (const std::size_t got = fread(part.data(), 1, part.size(), pipe))
      result.output.append(part.data(), got);
    const int status = pclose(pipe);
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  }
  std::filesystem::remove(file);
  return result;
}

}  // namespace xenha::test
