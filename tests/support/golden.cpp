#include "tests/support/golden.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace xenha::test {
namespace {

namespace fs = std::filesystem;

std::string_view line_at(std::string_view text, std::size_t begin) {
  return begin > text.size() ? std::string_view("(end of file)")
                             : text.substr(begin, text.find('\n', begin) - begin);
}

std::string first_difference(std::string_view expected, std::string_view actual) {
  const auto at = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  const auto same = static_cast<std::size_t>(at.first - expected.begin());
  const std::string_view before = expected.substr(0, same);
  const std::size_t begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  return "line " + std::to_string(line) + "\n  expected: " + std::string(line_at(expected, begin)) +
         "\n  actual:   " + std::string(line_at(actual, begin));
}

}  // namespace

fs::path source_directory() {
  return XENHA_SOURCE_DIR;
}
fs::path golden_directory() {
  return source_directory() / "tests/golden";
}

std::string golden_problem(const fs::path& file, std::string_view text) {
  if (std::getenv("XENHA_UPDATE_GOLDEN")) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return {};
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) return file.string() + " does not exist: run again with XENHA_UPDATE_GOLDEN=1 and review it";
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  if (expected == text) return {};
  return file.string() +
         " differs (XENHA_UPDATE_GOLDEN=1 writes it anew): " + first_difference(expected, text);
}

}  // namespace xenha::test
