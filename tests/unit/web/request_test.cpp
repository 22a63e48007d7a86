#include "lib/web/request.h"

#include <gtest/gtest.h>

namespace xenha::web {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(PercentDecode, DecodesEscapes) {
  EXPECT_EQ(percent_decode("/a%20b%2Fc%c3%a4", Plus::kIsPlus), "/a b/c\xc3\xa4");
  EXPECT_EQ(percent_decode("", Plus::kIsPlus), "");
  EXPECT_EQ(percent_decode("a+b", Plus::kIsPlus), "a+b");
  EXPECT_EQ(percent_decode("a+b%2B", Plus::kIsSpace), "a b+");
  EXPECT_EQ(percent_decode("%01%10", Plus::kIsPlus), "\x01\x10");
}

TEST(PercentDecode, RefusesWhatWouldMislead) {
  for (const char* text : {"/metrics%00.txt", "%", "%4", "a%zz", "%4g", "%%41"})
    EXPECT_FALSE(percent_decode(text, Plus::kIsPlus)) << text;
  EXPECT_FALSE(percent_decode(std::string_view("a\0b", 3), Plus::kIsPlus));
}

TEST(ParseQuery, KeepsOrderAndRepetition) {
  EXPECT_EQ(parse_query("pool=b&pool=a&x"), (Fields{{"pool", "b"}, {"pool", "a"}, {"x", ""}}));
  EXPECT_EQ(parse_query("a=1=2&&b=%26+c&"), (Fields{{"a", "1=2"}, {"b", "& c"}}));
  EXPECT_EQ(parse_query(""), Fields{});
  EXPECT_EQ(parse_query("="), (Fields{{"", ""}}));
}

TEST(ParseQuery, RefusesBrokenEscapes) {
  EXPECT_FALSE(parse_query("pool=%00"));
  EXPECT_FALSE(parse_query("ok=1&%zz=1"));
}

}  // namespace
}  // namespace xenha::web
