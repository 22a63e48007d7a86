#include "lib/web/listen_address.h"

#include <gtest/gtest.h>

namespace xenha::web {
namespace {

TEST(ListenAddress, TakesIpv4AndPort) {
  EXPECT_EQ(*parse_listen_address("127.0.0.1:10045"), (ListenAddress{"127.0.0.1", 10045}));
  EXPECT_EQ(*parse_listen_address(":10045"), (ListenAddress{"0.0.0.0", 10045}));
  EXPECT_EQ(*parse_listen_address("localhost:0"), (ListenAddress{"127.0.0.1", 0}));
  EXPECT_EQ(parse_listen_address("10.1.2.3:65535")->text(), "10.1.2.3:65535");
  EXPECT_TRUE(parse_listen_address("127.8.9.1:1")->loopback());
  EXPECT_FALSE(parse_listen_address(":1")->loopback());
}

TEST(ListenAddress, RefusesIpv6AndNamesTheWaysRound) {
  for (const char* text : {"[::1]:10045", "[::]:0", "::1:10045"}) {
    const auto parsed = parse_listen_address(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kBadConfig);
    EXPECT_NE(parsed.error().message.find("IPv4 only"), std::string::npos) << parsed.error().message;
    EXPECT_NE(parsed.error().message.find("nginx"), std::string::npos);
  }
}

TEST(ListenAddress, RefusesTheRestWithAReason) {
  for (const char* text : {"", "10045", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                           "127.0.0.1:1x", "example.org:80", "127.0.0.1s:80", "1.2.3:80", "127.0.0.1:80s"}) {
    const auto parsed = parse_listen_address(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find("\"" + std::string(text) + "\""), std::string::npos);
  }
}

}  // namespace
}  // namespace xenha::web
