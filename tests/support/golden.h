// Expected texts as files under tests/golden. XENHA_UPDATE_GOLDEN=1 writes them anew; the diff is reviewed as
// code.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace xenha::test {

/// Empty when the file holds exactly `text`; else a sentence with the first line that differs. With
/// XENHA_UPDATE_GOLDEN set in the environment the file is written instead and nothing is compared.
std::string golden_problem(const std::filesystem::path& file, std::string_view text);

/// tests/golden of the source tree.
std::filesystem::path golden_directory();
/// The root of the source tree.
std::filesystem::path source_directory();

}  // namespace xenha::test

/// `path` is below tests/golden. Needs gtest.
#define EXPECT_GOLDEN(path, text) \
  EXPECT_EQ("", ::xenha::test::golden_problem(::xenha::test::golden_directory() / (path), (text)))
