#include "lib/config/check_report.h"

namespace xenha::config {

CheckReport unusable(const std::filesystem::path& path, const Problems& problems) {
  const std::size_t errors = problems.errors().size();
  return {2, problems.text() + path.string() + " is not usable: " + std::to_string(errors) +
                 (errors == 1 ? " problem\n" : " problems\n")};
}

CheckReport usable(const std::filesystem::path& path, const Problems& problems, const std::string& counts) {
  return {0, problems.text() + path.string() + " is usable; " + counts +
                 ", warnings: " + std::to_string(problems.warnings().size()) + "\n"};
}

}  // namespace xenha::config
