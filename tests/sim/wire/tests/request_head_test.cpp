#include "tests/sim/wire/request_head.h"

#include <gtest/gtest.h>

namespace xenha::sim {
namespace {

constexpr std::string_view kPlain =
    "POST /RPC2?a=%41%20b&c HTTP/1.1\r\nHost: x\r\nContent-Type:  text/xml \r\nCONTENT-LENGTH: "
    "12\r\n\r\nbody";

TEST(RequestHead, IsRead) {
  const HeadResult result = parse_head(kPlain, 1024);
  const Head* head = std::get_if<Head>(&result);
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(head->bytes, kPlain.size() - 4);
  EXPECT_EQ(head->request.method, "POST");
  EXPECT_EQ(head->request.path(), "/RPC2");
  EXPECT_EQ(head->request.header("content-type"), "text/xml");
  EXPECT_EQ(head->request.header("none"), "");
  EXPECT_EQ(head->content_length, 12u);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_EQ(head->request.query("a"), "A b");
  EXPECT_EQ(head->request.query("c"), "");
  EXPECT_EQ(head->request.query("d"), std::nullopt);
}

TEST(RequestHead, EveryBeginningIsIncomplete) {
  for (std::size_t size = 0; size < kPlain.size() - 4; ++size)
    EXPECT_TRUE(std::holds_alternative<HeadIncomplete>(parse_head(kPlain.substr(0, size), 1024))) << size;
}

TEST(RequestHead, LimitCountsTheWholeHead) {
  const std::size_t bytes = kPlain.size() - 4;
  EXPECT_TRUE(std::holds_alternative<Head>(parse_head(kPlain, bytes)));
  EXPECT_TRUE(std::holds_alternative<HeadTooLarge>(parse_head(kPlain, bytes - 1)));
  EXPECT_TRUE(std::holds_alternative<HeadTooLarge>(parse_head(std::string(1025, 'x'), 1024)));
}

TEST(RequestHead, SaysWhetherTheConnectionStays) {
  const auto keep = [](std::string_view text) { return std::get<Head>(parse_head(text, 1024)).keep_alive; };
  EXPECT_TRUE(keep("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(keep("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keep("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keep("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(RequestHead, MalformedOnesAreRefused) {
  for (const char* text : {"", "GET", "GET /", "GET  HTTP/1.1", "GET / HTTP/2.0", "GET / x HTTP/1.1",
                           "GET / HTTP/1.1\r\nno colon", "GET / HTTP/1.1\r\n: empty",
                           "POST / HTTP/1.1\r\nContent-Length: -1", "POST / HTTP/1.1\r\nContent-Length: 5x"})
    EXPECT_TRUE(std::holds_alternative<HeadMalformed>(parse_head(std::string(text) + "\r\n\r\n", 1024)))
        << text;
}

TEST(PercentDecode, LeavesBrokenEscapes) {
  EXPECT_EQ(percent_decode("a+b%2Bc%zz%4"), "a b+c%zz%4");
}

}  // namespace
}  // namespace xenha::sim
