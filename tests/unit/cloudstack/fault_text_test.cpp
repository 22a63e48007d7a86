#include "lib/cloudstack/fault_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xenha::cloudstack {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

std::string clean(std::string_view text, const std::vector<std::string>& secrets = {}) {
  return clean_text(text, secrets);
}

TEST(FaultText, StaysAsItIsWhenHarmless) {
  EXPECT_EQ(clean("Unable to verify user credentials and/or request signature"),
            "Unable to verify user credentials and/or request signature");
  EXPECT_EQ(clean("no host 0c6f4a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6 in zone \xC3\xA9 (id:3)"),
            "no host 0c6f4a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6 in zone \xC3\xA9 (id:3)");
}

TEST(FaultText, IsOneLine) {
  EXPECT_EQ(clean("\r\n first\tline\n\n\x1B[31msecond\x7F\n"), "first line [31msecond");
  EXPECT_EQ(clean(std::string_view("a\0b", 3)), "a b");
  EXPECT_EQ(clean(""), "");
}

TEST(FaultText, HasALength) {
  EXPECT_EQ(clean(std::string(500, ' ') + "x"), "x");
  std::string words;
  while (words.size() < 10'000) words += "word ";
  EXPECT_EQ(clean(words).size(), 303u);
  std::string accents;
  while (accents.size() < 10'000) accents += " \xC3\xA9\xC3\xA9";  // a cut never splits a character
  const std::string cut = clean("x" + accents);
  EXPECT_LE(cut.size(), 303u);
  EXPECT_THAT(cut, ::testing::EndsWith("\xA9..."));
}

TEST(FaultText, HoldsNoSecretInAnyWriting) {
  const std::vector<std::string> secrets{"AbC/+=dEf", "s3cr3t"};
  for (const char* text :
       {"key AbC/+=dEf is unknown", "key abc/+=def is unknown", "key AbC%2F%2B%3DdEf is unknown",
        "key abc%2f%2b%3ddef is unknown", "key ABC/+=DEF is unknown"}) {
    EXPECT_EQ(clean(text, secrets), "key *** is unknown") << text;
  }
  EXPECT_EQ(clean("s3cr3ts3cr3t", secrets), "******");
  EXPECT_EQ(clean("nothing", {""}), "nothing");
  EXPECT_EQ(clean("a*a", {"*"}), "a***a");
}

TEST(FaultText, HoldsNoQuery) {
  EXPECT_EQ(clean("GET /client/api?apiKey=short&command=listHosts&signature=abc%3D refused"),
            "GET /client/api?apiKey=***&command=listHosts&signature=*** refused");
  EXPECT_EQ(clean("{\"apikey\":\"short\",\"secretkey\": \"s\"}"),
            "{\"apikey\":\"***\",\"secretkey\": \"***\"}");
  EXPECT_EQ(clean("signature="), "signature=");
  EXPECT_EQ(clean("signature = abc"), "signature = ***");
}

TEST(FaultText, HoldsNothingAsLongAsAKey) {
  const std::string key = "aB3-" + std::string(82, 'x');  // 86 characters, as CloudStack makes them
  EXPECT_EQ(clean("unknown " + key + "."), "unknown ***.");
  EXPECT_EQ(clean(key), "***");
}

TEST(FaultText, TellsHowLongToWait) {
  EXPECT_EQ(
      wait_asked_for("The given user has reached his/her account api limit, please retry after 870 ms."),
      milliseconds(870));
  EXPECT_EQ(wait_asked_for("... limit, please retry after [870] ms."), milliseconds(870));
  EXPECT_EQ(wait_asked_for("limit 25 reached, retry after 7 seconds"), milliseconds(7000));
  EXPECT_EQ(wait_asked_for("retry after 3"), milliseconds(3000));
  EXPECT_EQ(wait_asked_for("Retry After 2 minutes"), milliseconds(120'000));
  EXPECT_EQ(wait_asked_for("9s"), milliseconds(9000));
  EXPECT_EQ(wait_asked_for("try later"), std::nullopt);
  EXPECT_EQ(wait_asked_for(""), std::nullopt);
}

TEST(FaultText, WaitsNotForEver) {
  for (const char* text : {"after 99999999999999999999999 ms", "after 9223372036854775807 minutes",
                           "after 86400 s", "after 400000 ms", "after 300000 minutes"}) {
    EXPECT_EQ(wait_asked_for(text), std::chrono::minutes(5)) << text;
  }
  EXPECT_EQ(wait_asked_for("after -5 s"), milliseconds(5000));
}

TEST(FaultText, KnowsThePageSize) {
  EXPECT_TRUE(is_about_page_size("Page size can't exceed max allowed page size value: 100"));
  EXPECT_TRUE(is_about_page_size("Parameter pagesize exceeded its max value"));
  EXPECT_FALSE(is_about_page_size("Unable to find cluster by id"));
}

}  // namespace
}  // namespace xenha::cloudstack
