#include "hooks/ctl/render/table.h"

#include "tests/unit/hooks/ctl/screens.h"

namespace xenha::ctl {
namespace {

const Style kPlainStyle{};

TEST(Plain, LosesWhatCouldForgeALineOrMoveTheCursor) {
  EXPECT_EQ(plain("host1"), "host1");
  EXPECT_EQ(plain("Zürich 東京 🙂"), "Zürich 東京 🙂");
  EXPECT_EQ(plain("a\nb\tc"), "a?b?c");
  EXPECT_EQ(plain("\x1b[2Jgone"), "?[2Jgone");
  EXPECT_EQ(plain("\xc2\x9b"
                  "2J"),
            "?2J")
      << "the eight-bit form of ESC [";
  EXPECT_EQ(plain("\xe2\x80\xae"
                  "cba"),
            "?cba")
      << "right-to-left override";
  EXPECT_EQ(plain("\xe2\x80\xa8x"), "?x") << "line separator";
  EXPECT_EQ(plain("\xff\xc0\x80\xed\xa0\x80"), "??????") << "no UTF-8, overlong, surrogate";
  EXPECT_EQ(plain("\xe6\x9d"), "??") << "cut off";
}

TEST(LinesOf, BreakAtBlanksAndWordsOnlyWhereTheyMust) {
  EXPECT_EQ(lines_of("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(lines_of("abcdefghij k", 4), (std::vector<std::string>{"abcd", "efgh", "ij k"}));
  EXPECT_EQ(lines_of("", 4), (std::vector<std::string>{""}));
  EXPECT_EQ(lines_of("  a  b  ", 9), (std::vector<std::string>{"a b"}));
  EXPECT_EQ(lines_of("東京東京", 4), (std::vector<std::string>{"東京", "東京"})) << "two columns each";
}

TEST(Table, ColumnsAreAsWideAsTheyNeed) {
  Table table({"A", "LONGER", "C"});
  table.add({{"1"}, {"2"}, {"3"}});
  table.add({{"11"}, {"two words"}, {""}});
  EXPECT_EQ(table.text(kPlainStyle),
            "A   LONGER     C\n"
            "1   2          3\n"
            "11  two words\n");
}

TEST(Table, TheLastColumnGoesOnBelow) {
  Table table({"K", "VALUE"});
  table.add({{"key"}, {"one two three four five six"}});
  EXPECT_EQ(table.text({.width = 20}, 2),
            "  K    VALUE\n"
            "  key  one two three\n"
            "       four five six\n");
}

TEST(Table, ALongColumnIsNarrowedBeforeTheLastStarves) {
  Table table;
  table.add({{std::string(70, 'x')}, {"short"}, {"the last column says the most important things of all"}});
  const std::string text = table.text(kPlainStyle);
  EXPECT_EQ(screen_problem(text), "");
  EXPECT_NE(text.find("the last column says"), std::string::npos) << text;
}

TEST(Table, WordsStayWholeWhileThereIsAnotherWay) {
  Table table;
  table.add({{"some longer words here"},
             {"cluster1-1795760279-1ea3ceb0"},
             {"recovered in 5:12 and some more words"}});
  const std::string text = table.text({.width = 60});
  EXPECT_NE(text.find("cluster1-1795760279-1ea3ceb0"), std::string::npos) << text;
}

TEST(Table, ColoursTakeNoColumns) {
  Table table;
  table.add({{"bad", Tone::kBad}, {"x"}});
  table.add({{"longer"}, {"y"}});
  EXPECT_EQ(table.text({.width = 80, .colours = true}),
            "\x1b[1;31mbad\x1b[0m     x\n"
            "longer  y\n");
}

TEST(Table, ForeignTextCannotBreakIt) {
  Table table;
  table.add({{"a\nb"}, {"\x1b[31mred"}});
  EXPECT_EQ(table.text(kPlainStyle), "a?b  ?[31mred\n");
}

}  // namespace
}  // namespace xenha::ctl
