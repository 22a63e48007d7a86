#include <gtest/gtest.h>

#include "lib/base/minutes.h"
#include "lib/base/shell_word.h"
#include "lib/base/wrapped.h"

namespace xenha {
namespace {

TEST(MinutesWords, AreMinutesAndSeconds) {
  EXPECT_EQ(minutes_words(-1), "0:00");
  EXPECT_EQ(minutes_words(59.4), "0:59");
  EXPECT_EQ(minutes_words(59.5), "1:00");
  EXPECT_EQ(minutes_words(3599), "59:59");
  EXPECT_EQ(minutes_words(3723), "1:02:03");
}

TEST(Columns, CountWhatATerminalShows) {
  EXPECT_EQ(columns_of(""), 0u);
  EXPECT_EQ(columns_of("host1"), 5u);
  EXPECT_EQ(columns_of("Zürich"), 6u);
  EXPECT_EQ(columns_of("東京"), 4u);
  EXPECT_EQ(columns_of("e\xcc\x81"), 1u) << "a combining accent takes no column";
  EXPECT_EQ(columns_of("\xff\xfe"), 2u) << "no UTF-8: a column each";
  EXPECT_EQ(columns_of("\xe6\x9d"), 2u) << "cut off";
}

TEST(Wrapped, EndsLinesAtTheWidth) {
  EXPECT_EQ(wrapped("one two three", 0, 7), "one two\nthree\n");
  EXPECT_EQ(wrapped("one two three", 2, 9), "  one two\n  three\n");
  EXPECT_EQ(wrapped("one  two\n three", 0, 80), "one two three\n");
  EXPECT_EQ(wrapped("incomprehensibilities are long", 1, 8), " incomprehensibilities\n are\n long\n");
  EXPECT_EQ(wrapped("Zürich Zürich", 0, 13), "Zürich Zürich\n") << "columns count, not bytes";
  EXPECT_EQ(wrapped("", 0), "\n");
}

TEST(ShellWord, IsQuotedWhereAShellWantsIt) {
  EXPECT_EQ(shell_word("cluster1-xs1.example"), "cluster1-xs1.example");
  EXPECT_EQ(shell_word("my host"), "'my host'");
  EXPECT_EQ(shell_word("$(reboot)"), "'$(reboot)'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace xenha
