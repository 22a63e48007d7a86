// A private copy of the config fixtures, so that secrets have the mode they should have.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace xenha::test {

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void spill(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  ASSERT_TRUE(out.flush().good()) << path;
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// Removed at the end. Files in secrets/ are readable by the owner only.
class FixtureDir {
 public:
  FixtureDir() {
    std::string name = (std::filesystem::temp_directory_path() / "xenha-config-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    path_ = name;
    std::filesystem::copy(source(), path_, std::filesystem::copy_options::recursive);
    for (const auto& entry : std::filesystem::directory_iterator(path_ / "secrets"))
      std::filesystem::permissions(entry, std::filesystem::perms(0600));
  }
  ~FixtureDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  FixtureDir(const FixtureDir&) = delete;
  FixtureDir& operator=(const FixtureDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  static std::filesystem::path source() { return XENHA_SOURCE_DIR "/tests/fixtures/config"; }

 private:
  std::filesystem::path path_;
};

}  // namespace xenha::test
