// Durations, sizes, addresses, URLs, suggestions: one value at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/config/address.h"
#include "lib/config/duration.h"
#include "lib/config/problems.h"
#include "lib/config/suggest.h"

namespace xenha::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(Duration, ReadsEveryUnitAndSums) {
  const std::pair<const char*, Duration> rows[] = {
      {"250ms", milliseconds(250)}, {"90s", seconds(90)},
      {"5m", minutes(5)},           {"2h", hours(2)},
      {"8d", hours(8 * 24)},        {"1h30m", minutes(90)},
      {"0s", seconds(0)},           {"1d1h1m1s1ms", hours(25) + minutes(1) + seconds(1) + milliseconds(1)},
      {"3650d", hours(3650 * 24)},
  };
  for (const auto& [text, expected] : rows) {
    const Result<Duration> span = parse_duration(text);
    ASSERT_TRUE(span) << text;
    EXPECT_EQ(*span, expected) << text;
    EXPECT_EQ(*parse_duration(format_duration(expected)), expected) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitsThatFit) {
  EXPECT_EQ(format_duration(seconds(90)), "1m30s");
  EXPECT_EQ(format_duration(seconds(60)), "1m");
  EXPECT_EQ(format_duration(milliseconds(1500)), "1s500ms");
  EXPECT_EQ(format_duration(hours(49)), "2d1h");
  EXPECT_EQ(format_duration(seconds(0)), "0s");
}

TEST(Duration, SaysWhatToWriteInstead) {
  EXPECT_EQ(parse_duration("5").error().message, "\"5\" has no unit, write 5s");
  for (const char* text :
       {"", "s", "5 s", "-5s", "+5s", "5S", "5sec", "1m1h", "1m1m", "1y", "5s ", "0x5s", "1h30"})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_THAT(parse_duration("1.5s").error().message, HasSubstr("1500ms"));
  EXPECT_THAT(parse_duration("3651d").error().message, HasSubstr("3650d"));
  EXPECT_THAT(parse_duration("9223372036854775807h").error().message, HasSubstr("3650d"));
  EXPECT_FALSE(parse_duration("9223372036854775808s"));
  EXPECT_FALSE(parse_duration("3650d1ms"));
}

TEST(Size, ReadsBinaryUnits) {
  EXPECT_EQ(*parse_size("1MiB"), 1u << 20);
  EXPECT_EQ(*parse_size("512KiB"), 512u << 10);
  EXPECT_EQ(*parse_size("7B"), 7u);
  EXPECT_EQ(*parse_size("1024GiB"), std::uint64_t{1} << 40);
  for (const char* text : {"", "1", "MiB", "1MB", "1.5MiB", "-1B", "1025GiB", "1 MiB"})
    EXPECT_FALSE(parse_size(text)) << text;
  EXPECT_EQ(format_size(1u << 20), "1MiB");
  EXPECT_EQ(format_size(1025), "1025B");
}

TEST(HostAddress, GivesOneFormOfEachAddress) {
  const std::pair<const char*, const char*> rows[] = {
      {"10.0.0.11", "10.0.0.11"},
      {"[2001:DB8:0::1]", "2001:db8::1"},
      {"2001:db8::1", "2001:db8::1"},
      {"XS1.Example", "xs1.example"},
      {"xs_1", "xs_1"},
      {"::ffff:10.0.0.1", "::ffff:10.0.0.1"},
  };
  for (const auto& [text, expected] : rows) {
    const Result<std::string> address = parse_host_address(text);
    ASSERT_TRUE(address) << address.error().message;
    EXPECT_EQ(*address, expected);
  }
}

TEST(HostAddress, IsThisMachineOnlyWhereNothingLeavesIt) {
  for (const char* here : {"localhost", "127.0.0.1", "127.9.8.7", "::1"})
    EXPECT_TRUE(is_loopback(here)) << here;
  for (const char* away :
       {"127.0.0.1.example.com", "127.example", "10.0.0.127", "localhost.example", "::2", ""})
    EXPECT_FALSE(is_loopback(away)) << away;
}

TEST(HostAddress, RefusesAPortAndSaysWhy) {
  for (const char* text : {"10.0.0.11:443", "xs1:8443", "[2001:db8::1]:443"})
    EXPECT_THAT(parse_host_address(text).error().message, HasSubstr("set the pool's key port")) << text;
}

TEST(HostAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "10.0.0", "010.0.0.1", "1.2.3.4.5", "a b", "-xs", "xs-", "a..b", ".a", "[::1",
                           "1::2::3", "http://a", "a/b", "fe80::1%eth0", "x@y", "a\nb", "\xc3\xa4"})
    EXPECT_FALSE(parse_host_address(text)) << text;
  EXPECT_FALSE(parse_host_address(std::string(64, 'a') + ".example"));
}

TEST(HostAddress, NeverRepeatsWhatStandsBeforeAnAt) {
  EXPECT_THAT(parse_host_address("root:hunter2@10.0.0.1").error().message,
              testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(parse_url("https://u:hunter2@mgmt/").error().message, testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(parse_url("hunter2@mgmt").error().message, testing::Not(HasSubstr("hunter2")));
}

TEST(Url, ReadsItsParts) {
  EXPECT_EQ(*parse_url("https://mgmt.example:8443/client/api"),
            (Url{true, "mgmt.example", 8443, "/client/api"}));
  EXPECT_EQ(*parse_url("HTTP://127.0.0.1"), (Url{false, "127.0.0.1", 80, "/"}));
  EXPECT_EQ(*parse_url("https://[::1]/x"), (Url{true, "::1", 443, "/x"}));
  EXPECT_EQ(*parse_url("https://[::1]:99"), (Url{true, "::1", 99, "/"}));
  for (const char* text :
       {"", "mgmt", "ftp://a/", "https://", "https:///x", "https://a:0/", "https://a:b/", "https://a/?q",
        "https://a/#f", "https://a b/", "https://::1/", "https://[::1/", "https://a:65536/"})
    EXPECT_FALSE(parse_url(text)) << text;
}

TEST(Suggestion, FindsTheNearestOrNothing) {
  const std::vector<std::string> known{"password_file", "password_env", "port", "hosts"};
  EXPECT_EQ(nearest("pasword_file", known), "password_file");
  EXPECT_EQ(nearest("password-file", known), "password_file");
  EXPECT_EQ(nearest("prot", known), "port");
  EXPECT_EQ(nearest("host", known), "hosts");
  EXPECT_EQ(nearest("colour", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(1000, 'p'), known), "");
}

TEST(Problems, AreOneLineEachInTheOrderOfTheFile) {
  Problems problems("xenha.yml");
  problems.error(Where{31, "pools[2]"}.key("interval", 31), "\"5\" has no unit", "write 5s");
  problems.warn({7, "pools[0].scheme"}, "is http");
  problems.error({3, {}}, "this is not YAML");
  problems.error({}, "too large");
  EXPECT_FALSE(problems.ok());
  EXPECT_EQ(problems.text(),
            "xenha.yml: too large\n"
            "xenha.yml (line 3): this is not YAML\n"
            "xenha.yml: pools[2].interval (line 31): \"5\" has no unit, write 5s\n"
            "warning: xenha.yml: pools[0].scheme (line 7): is http\n");
}

TEST(Problems, AKeyThatWouldBreakTheLineIsQuoted) {
  Problems problems;
  problems.error(Where{}.key("a", 1).key("b\nc\x1b[31m", 2), "unknown key");
  problems.error(Where{}.key("ärger.x y", 3), "unknown key");
  EXPECT_EQ(problems.text(),
            "a.\"b\\x0ac\\x1b[31m\" (line 2): unknown key\n"
            "ärger.x y (line 3): unknown key\n");
}

TEST(Problems, QuoteWithoutControlCharactersAndNotTooMuch) {
  EXPECT_EQ(in_quotes("a\n\x1b[31m"), "\"a\\x0a\\x1b[31m\"");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

}  // namespace
}  // namespace xenha::config
