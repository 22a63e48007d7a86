// Every broken file of tests/fixtures/config/broken says exactly what its .expected file says: all problems
// at once, each with its line. XENHA_UPDATE_GOLDEN=1 rewrites the .expected files; the diff is reviewed as
// code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "exporter/exporter_config.h"
#include "tests/unit/config/fixture_dir.h"

namespace xenha::exporter {
namespace {

using test::FixtureDir;

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(FixtureDir::source() / directory))
    if (entry.path().extension() == ".yml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class BrokenConfig : public testing::TestWithParam<std::string> {};

TEST_P(BrokenConfig, SaysWhatIsWrong) {
  const FixtureDir dir;
  const auto file = dir.path() / "broken" / (GetParam() + ".yml");
  const auto config = load_exporter_config(file);
  ASSERT_FALSE(config) << "no problem was found";
  const std::string said = test::replaced(config.error().text(), dir.path().string(), "DIR");
  EXPECT_THAT(said, testing::Not(testing::HasSubstr("PLANTED-SECRET")));

  const auto expected = FixtureDir::source() / "broken" / (GetParam() + ".expected");
  if (std::getenv("XENHA_UPDATE_GOLDEN")) test::spill(expected, said);
  EXPECT_EQ(said, test::slurp(expected));
}

TEST_P(BrokenConfig, EndsTheCheckWithTwo) {
  const FixtureDir dir;
  const CheckReport report = check_report(dir.path() / "broken" / (GetParam() + ".yml"));
  EXPECT_EQ(report.exit_code, 2);
  EXPECT_THAT(report.text, testing::HasSubstr(" is not usable: "));
  EXPECT_THAT(report.text, testing::Not(testing::HasSubstr("PLANTED-SECRET")));
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenConfig, testing::ValuesIn(names_in("broken")),
                         [](const auto& row) { return row.param; });

TEST(ConfigMessages, NeverHoldTheContentOfASecretFile) {
  const FixtureDir dir;
  test::spill(dir.path() / "secrets" / "pool.pw", "PLANTED-SECRET\n");
  test::spill(dir.path() / "secrets" / "two_lines.pw", "PLANTED-SECRET\nPLANTED-SECRET\n");
  std::filesystem::permissions(dir.path() / "secrets" / "pool.pw", std::filesystem::perms(0644));
  ::setenv("XENHA_TEST_ROOT_PASSWORD", "PLANTED-SECRET", 1);
  std::string everything;
  for (const char* directory : {"broken", "good"})
    for (const std::string& name : names_in(directory))
      everything += check_report(dir.path() / directory / (name + ".yml")).text;
  EXPECT_THAT(everything, testing::HasSubstr("every user of this machine can read the file"));
  EXPECT_THAT(everything, testing::Not(testing::HasSubstr("PLANTED-SECRET")));
}

/// Whatever key a password lands in by mistake, in whatever form, no message repeats it.
TEST(ConfigMessages, NeverHoldAPasswordWrittenInTheWrongPlace) {
  const FixtureDir dir;
  const std::string secret = "PLANTED-SECRET";
  std::size_t refused = 0;
  for (const char* key : {"password", "password_file", "password_env", "passwd", "Password", "pass word"}) {
    for (const std::string& value :
         {secret, "\"" + secret + "\"", "*" + secret, "&" + secret, "!" + secret, "%" + secret, "@" + secret,
          "`" + secret, "'" + secret, "\"" + secret, "{" + secret + "}", "[" + secret, "|\n" + secret,
          ">-\n        " + secret, secret + ": x", "? " + secret, "- " + secret, "\\" + secret}) {
      for (const char* separator : {": ", ":", " "}) {
        const std::string text =
            "pools:\n  - name: cluster1\n    hosts: [10.0.0.11]\n    username: root\n    " +
            std::string(key) + separator + value + "\n";
        const auto config = check_exporter_config(text, dir.path() / "xenha.yml");
        ASSERT_FALSE(config) << text;
        EXPECT_THAT(config.error().text(), testing::Not(testing::HasSubstr(secret))) << text;
        ++refused;
      }
    }
  }
  EXPECT_EQ(refused, 6u * 18u * 3u);
}

}  // namespace
}  // namespace xenha::exporter
