#include "lib/http/send.h"

#include <gtest/gtest.h>

#include "tests/unit/http/requests.h"

namespace xenha::http {
namespace {

/// Keeps no deadline: what `send` must survive.
class SilentTransport final : public Transport {
 public:
  RequestId start(Request, Done) override { return 7; }
  void cancel(RequestId id) override { cancelled = id; }
  void poll(SteadyTime) override {}
  void wake() noexcept override {}
  RequestId cancelled = 0;
};

TEST(Send, GivesTheAnswer) {
  test::TinyServer server({});
  CurlTransport transport;
  const Result<Response> answer = send(transport, post(plain(server)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
}

TEST(Send, RunsTheOthersMeanwhile) {
  test::TinyServer server({});
  CurlTransport transport;
  std::optional<Result<Response>> other;
  start(transport, post(plain(server)), other);
  ASSERT_TRUE(send(transport, post(plain(server))));
  ASSERT_TRUE(poll_until(transport, [&] { return other.has_value(); }));
  EXPECT_TRUE(*other);
}

TEST(Send, GivesUpOnATransportThatStaysSilent) {
  SilentTransport transport;
  Request request;
  request.deadline = in(-std::chrono::hours(1));
  const Result<Response> answer = send(transport, std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(transport.cancelled, 7u);
}

}  // namespace
}  // namespace xenha::http
