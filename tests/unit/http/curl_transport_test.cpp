// Plain HTTP against real servers: deadlines, limits, kept connections, wrong answers.
#include "lib/http/curl_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "tests/unit/http/requests.h"

namespace xenha::http {
namespace {

using namespace std::chrono_literals;
using test::http_answer;
using test::Reply;
using test::Seen;
using test::TinyServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A server that gives the same reply to everybody.
TinyServer::Options always(Reply reply) {
  return {.answer = [reply](const Seen&) { return reply; }};
}

ErrorCode code_of(const Result<Response>& result) {
  EXPECT_FALSE(result);
  return result ? ErrorCode{} : result.error().code;
}

class CountingSink final : public BodySink {
 public:
  explicit CountingSink(std::size_t limit = SIZE_MAX) : limit_(limit) {}
  bool feed(std::string_view piece) override {
    text += piece;
    return text.size() <= limit_;
  }
  std::string text;

 private:
  std::size_t limit_;
};

TEST(CurlTransport, PostsAndReadsTheAnswer) {
  TinyServer server(always({.bytes = http_answer("<ok/>", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")}));
  CurlTransport transport({.user_agent = "xenha-test/1"});
  const Result<Response> answer = send(transport, post(plain(server), "<call/>"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->content_type, "text/xml");
  EXPECT_EQ(answer->body, "<ok/>");
  EXPECT_EQ(answer->received, 5u);
  EXPECT_EQ(answer->peer_ip, "127.0.0.1");
  EXPECT_FALSE(answer->certificate_expiry);
  ASSERT_TRUE(answer->date);
  EXPECT_EQ(unix_seconds(*answer->date), 784111777);
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests()[0].body, "<call/>");
  EXPECT_EQ(server.requests()[0].head, "POST / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                                           "\r\nUser-Agent: xenha-test/1\r\nContent-Type: text/xml\r\n"
                                           "Content-Length: 7\r\n\r\n");
}

TEST(CurlTransport, TakesNoDateThatItsTimesCannotHold) {
  struct Row {
    const char* date;
    std::optional<std::int64_t> seconds;
  };
  const Row rows[] = {
      {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
      {"Tue, 31 Dec 2199 23:59:59 GMT", 7258118399},
      {"Wed, 01 Jan 2200 00:00:00 GMT", std::nullopt},
      {"Fri, 11 Apr 2262 23:47:17 GMT", std::nullopt},  // one second past the last nanosecond of 64 bits
      {"Fri, 31 Dec 9999 23:59:59 GMT", std::nullopt},
      {"Wed, 31 Dec 1969 23:59:58 GMT", std::nullopt},
      {"Mon, 01 Jan 1601 00:00:00 GMT", std::nullopt},
      {"yesterday", std::nullopt},
      {"", std::nullopt},
  };
  for (const Row& row : rows) {
    TinyServer server(always({.bytes = http_answer("ok", std::string("Date: ") + row.date + "\r\n")}));
    CurlTransport transport;
    const Result<Response> answer = send(transport, post(plain(server), "x"));
    ASSERT_TRUE(answer) << answer.error().message;
    std::optional<WallTime> expected;
    if (row.seconds) expected = WallTime(std::chrono::seconds(*row.seconds));
    EXPECT_EQ(answer->date, expected) << row.date;
  }
}

TEST(CurlTransport, GetKeepsTheTargetAsItIs) {
  TinyServer server({});
  CurlTransport transport;
  Request request = post(plain(server));
  request.method = Request::Method::kGet;
  request.target = "/a/../rrd_updates?start=1&x=%20";
  request.headers = {"Accept: text/xml"};
  ASSERT_TRUE(send(transport, std::move(request)));
  EXPECT_THAT(server.requests()[0].head, StartsWith("GET /a/../rrd_updates?start=1&x=%20 HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests()[0].head, HasSubstr("\r\nAccept: text/xml\r\n"));
  EXPECT_THAT(server.requests()[0].head, Not(HasSubstr("Content-")));
  EXPECT_EQ(server.requests()[0].body, "");
}

TEST(CurlTransport, LargeBodyGoesOutWithoutExpect) {
  TinyServer server({});
  CurlTransport transport;
  ASSERT_TRUE(send(transport, post(plain(server), std::string(2 << 20, 'x'))));
  EXPECT_EQ(server.requests()[0].body.size(), 2u << 20);
  EXPECT_THAT(server.requests()[0].head, Not(HasSubstr("Expect")));
}

TEST(CurlTransport, Ipv6) {
  TinyServer server({.address = "::1"});
  CurlTransport transport;
  const Result<Response> answer =
      send(transport, post({.tls = false, .address = "::1", .port = server.port(), .policy = {}}));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->peer_ip, "::1");
  EXPECT_THAT(server.requests()[0].head, HasSubstr("Host: [::1]:"));
}

TEST(CurlTransport, OneAfterTheOtherUseOneConnection) {
  TinyServer server({});
  CurlTransport transport;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send(transport, post(plain(server))));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests().size(), 5u);
}

TEST(CurlTransport, TwoAtOnceUseTwoConnectionsAndKeepBoth) {
  std::atomic<int> waiting = 0;
  TinyServer server({.answer = [&waiting](const Seen& seen) {
    // Neither is answered before both are there.
    for (++waiting; seen.turn == 1 && waiting < 2;) std::this_thread::yield();
    return Reply{.bytes = http_answer("ok")};
  }});
  CurlTransport transport;
  for (int round = 0; round < 3; ++round) {
    std::optional<Result<Response>> first, second;
    start(transport, post(plain(server)), first);
    start(transport, post(plain(server)), second);
    ASSERT_TRUE(poll_until(transport, [&] { return first && second; }));
    EXPECT_TRUE(*first);
    EXPECT_TRUE(*second);
  }
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, APoolOf64HostsWithThreeConnectionsEachIsKept) {
  constexpr int kHosts = 64, kEach = 3;
  std::vector<std::unique_ptr<TinyServer>> hosts;
  std::atomic<int> arrived = 0;
  for (int i = 0; i < kHosts; ++i)
    hosts.push_back(std::make_unique<TinyServer>(TinyServer::Options{.answer = [&arrived](const Seen& seen) {
      for (++arrived; seen.turn == 1 && arrived < kHosts * kEach;) std::this_thread::yield();
      return Reply{.bytes = http_answer("ok")};
    }}));
  CurlTransport transport;
  for (int round = 0; round < 3; ++round) {
    int answered = 0;
    for (const auto& host : hosts)
      for (int i = 0; i < kEach; ++i)
        transport.start(post(plain(*host)),
                        [&answered](const Result<Response>& got) { answered += got ? 1 : 0; });
    ASSERT_TRUE(poll_until(transport, [&] { return answered == kHosts * kEach; })) << answered;
  }
  for (const auto& host : hosts) EXPECT_EQ(host->connections(), kEach);
}

TEST(CurlTransport, ConnectOnlySendsNothingAndCloses) {
  TinyServer server({});
  CurlTransport transport;
  ASSERT_TRUE(send(transport, post(plain(server))));
  const std::size_t before = server.application_bytes();
  Request request = post(plain(server));
  request.method = Request::Method::kConnectOnly;
  const Result<Response> answer = send(transport, std::move(request));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 0);
  EXPECT_EQ(answer->peer_ip, "127.0.0.1");
  EXPECT_TRUE(server.wait_for_connections(2)) << "a kept connection proves nothing";
  EXPECT_EQ(server.application_bytes(), before);
  ASSERT_TRUE(send(transport, post(plain(server))));
  EXPECT_EQ(server.requests().back().connection, 1) << "the kept one is still there, the other is gone";
}

TEST(CurlTransport, NobodyListens) {
  std::uint16_t port = 0;
  { port = TinyServer({}).port(); }
  CurlTransport transport;
  const Result<Response> answer =
      send(transport, post({.tls = false, .address = "127.0.0.1", .port = port, .policy = {}}));
  EXPECT_EQ(code_of(answer), ErrorCode::kUnreachable);
  EXPECT_TRUE(answer.error().peer_answered) << "a refusal comes from a living kernel";
  EXPECT_THAT(answer.error().message, StartsWith("127.0.0.1:" + std::to_string(port) + ": "));
}

TEST(CurlTransport, DeadlineOfASilentServer) {
  TinyServer server({.accept_only = true});
  CurlTransport transport;
  const Result<Response> answer = send(transport, post(plain(server), "x", 150ms));
  EXPECT_EQ(code_of(answer), ErrorCode::kTimeout);
  EXPECT_FALSE(answer.error().peer_answered) << "silence is no sign of life";
  EXPECT_THAT(answer.error().message, HasSubstr("connected, but no answer before the deadline"));
}

TEST(CurlTransport, DeadlineInTheMiddleOfTheAnswer) {
  TinyServer server(always({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .hang = true}));
  CurlTransport transport;
  const Result<Response> answer = send(transport, post(plain(server), "x", 150ms));
  EXPECT_EQ(code_of(answer), ErrorCode::kTimeout);
  EXPECT_THAT(answer.error().message, HasSubstr("stopped after 4 bytes"));
}

TEST(CurlTransport, ForgottenDeadlineIsRefusedAtOnce) {
  TinyServer server({});
  CurlTransport transport;
  Request request = post(plain(server));
  request.deadline = {};
  EXPECT_EQ(code_of(send(transport, std::move(request))), ErrorCode::kTimeout);
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, OversizedAnswerByLength) {
  TinyServer server(always({.bytes = http_answer(std::string(5000, 'x'))}));
  CurlTransport transport;
  Request request = post(plain(server));
  request.max_body = 4999;
  EXPECT_EQ(code_of(send(transport, request)), ErrorCode::kTooLarge);
  request.max_body = 5000;
  const Result<Response> fits = send(transport, request);
  ASSERT_TRUE(fits);
  EXPECT_EQ(fits->body.size(), 5000u);
}

TEST(CurlTransport, OversizedAnswerInChunks) {
  std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) bytes += "64\r\n" + std::string(100, 'x') + "\r\n";
  TinyServer server(always({.bytes = bytes, .hang = true}));
  CurlTransport transport;
  Request request = post(plain(server));
  request.max_body = 5000;
  const auto sink = std::make_shared<CountingSink>();
  request.sink = sink;
  EXPECT_EQ(code_of(send(transport, request)), ErrorCode::kTooLarge);
  EXPECT_LE(sink->text.size(), 5000u);
}

TEST(CurlTransport, OversizedHead) {
  std::string bytes = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 80; ++i) bytes += "X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n";
  TinyServer server(always({.bytes = bytes, .hang = true}));
  CurlTransport transport;
  EXPECT_EQ(code_of(send(transport, post(plain(server)))), ErrorCode::kTooLarge);
}

TEST(CurlTransport, SinkGetsTheBodyOfA200Only) {
  TinyServer server({.answer = [](const Seen& seen) {
    return Reply{.bytes = http_answer("text", "", seen.turn == 1 ? "200 OK" : "500 Internal Server Error")};
  }});
  CurlTransport transport;
  Request request = post(plain(server));
  const auto sink = std::make_shared<CountingSink>();
  request.sink = sink;
  const Result<Response> good = send(transport, request);
  ASSERT_TRUE(good);
  EXPECT_EQ(sink->text, "text");
  EXPECT_EQ(good->body, "");
  EXPECT_EQ(good->received, 4u);
  const Result<Response> bad = send(transport, request);
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->status, 500);
  EXPECT_EQ(bad->body, "text");
  EXPECT_EQ(sink->text, "text");
}

TEST(CurlTransport, SinkThatRefusesOrThrowsEndsTheTransfer) {
  class Thrower final : public BodySink {
    bool feed(std::string_view) override { throw std::runtime_error("no"); }
  };
  TinyServer server({});
  CurlTransport transport;
  Request request = post(plain(server));
  request.sink = std::make_shared<CountingSink>(1);
  EXPECT_EQ(code_of(send(transport, request)), ErrorCode::kBadReply);
  request.sink = std::make_shared<Thrower>();
  EXPECT_EQ(code_of(send(transport, request)), ErrorCode::kBadReply);
}

TEST(CurlTransport, GarbageIsABadReply) {
  for (const char* bytes : {"220 smtp.example ESMTP\r\n", "\x15\x03\x01\x02\x02", "<html>busy</html>\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    TinyServer server(always({.bytes = bytes, .close = true}));
    CurlTransport transport;
    EXPECT_EQ(code_of(send(transport, post(plain(server)))), ErrorCode::kBadReply) << bytes;
  }
}

TEST(CurlTransport, AnswerThatBreaksOffIsNoAnswer) {
  TinyServer server(always({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .close = true}));
  CurlTransport transport;
  EXPECT_EQ(code_of(send(transport, post(plain(server)))), ErrorCode::kUnreachable);
}

TEST(CurlTransport, RedirectIsAnAnswer) {
  TinyServer elsewhere({});
  TinyServer server(always(
      {.bytes = http_answer("", "Location: http://127.0.0.1:" + std::to_string(elsewhere.port()) + "/\r\n",
                            "302 Found")}));
  CurlTransport transport;
  const Result<Response> answer = send(transport, post(plain(server)));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(CurlTransport, ProxiesOfTheEnvironmentAreIgnored) {
  TinyServer proxy({}), server({});
  const std::string url = "http://127.0.0.1:" + std::to_string(proxy.port());
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"})
    setenv(name, url.c_str(), 1);
  {
    CurlTransport transport;
    EXPECT_TRUE(send(transport, post(plain(server))));
  }
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"})
    unsetenv(name);
  EXPECT_EQ(proxy.connections(), 0);
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, HungHostsDelayNobody) {
  std::vector<std::unique_ptr<TinyServer>> hung;
  CurlTransport transport;
  int ended = 0;
  for (int i = 0; i < 64; ++i) {
    hung.push_back(std::make_unique<TinyServer>(TinyServer::Options{.accept_only = true}));
    transport.start(post(plain(*hung.back()), "x", kPatience * 3),
                    [&ended](const Result<Response>&) { ++ended; });
  }
  TinyServer healthy({});
  // Far below what one hung host would cost, were they asked one after the other.
  for (int i = 0; i < 20; ++i) {
    const Result<Response> answer = send(transport, post(plain(healthy), "x", 5s));
    ASSERT_TRUE(answer) << answer.error().message;
  }
  for (const auto& host : hung) EXPECT_TRUE(host->wait_for_connections(1));
  EXPECT_EQ(ended, 0);
}

TEST(CurlTransport, DestructionDropsWhatRuns) {
  TinyServer server({.accept_only = true});
  bool ran = false;
  const auto began = std::chrono::steady_clock::now();
  {
    CurlTransport transport;
    for (int i = 0; i < 10; ++i)
      transport.start(post(plain(server), "x", kPatience * 3),
                      [&ran](const Result<Response>&) { ran = true; });
    transport.poll(in(0ms));
    ASSERT_TRUE(server.wait_for_connections(10));
  }
  EXPECT_TRUE(server.wait_until_all_closed());
  EXPECT_FALSE(ran);
  EXPECT_LT(std::chrono::steady_clock::now() - began, kPatience);
}

TEST(CurlTransport, CancelledRequestNeverReports) {
  TinyServer hung({.accept_only = true}), healthy({});
  CurlTransport transport;
  std::optional<Result<Response>> dropped, refused;
  const RequestId id = start(transport, post(plain(hung)), dropped);
  transport.poll(in(0ms));
  ASSERT_TRUE(hung.wait_for_connections(1));
  transport.cancel(id);
  transport.cancel(id);
  transport.cancel(9999);
  transport.cancel(start(transport, Request{}, refused));
  EXPECT_TRUE(hung.wait_until_all_closed());
  ASSERT_TRUE(send(transport, post(plain(healthy))));
  EXPECT_FALSE(dropped);
  EXPECT_FALSE(refused);
}

TEST(CurlTransport, DoneMayStartAndCancel) {
  TinyServer server({}), hung({.accept_only = true});
  CurlTransport transport;
  std::optional<Result<Response>> second, dropped;
  const RequestId victim = start(transport, post(plain(hung)), dropped);
  transport.start(post(plain(server)), [&](const Result<Response>&) {
    transport.cancel(victim);
    start(transport, post(plain(server)), second);
  });
  ASSERT_TRUE(poll_until(transport, [&] { return second.has_value(); }));
  EXPECT_TRUE(*second);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_FALSE(dropped);
}

TEST(CurlTransport, StartNeverCallsBack) {
  CurlTransport transport;
  std::optional<Result<Response>> result;
  start(transport, Request{}, result);
  EXPECT_FALSE(result);
  transport.poll(in(kPatience));
  ASSERT_TRUE(result);
  EXPECT_EQ(code_of(*result), ErrorCode::kBadConfig);
}

TEST(CurlTransport, WhatWouldForgeARequestIsRefused) {
  TinyServer server({});
  CurlTransport transport;
  const auto spoilt = [&](auto spoil) {
    Endpoint endpoint = plain(server);
    Request request = post(endpoint);
    spoil(request, endpoint);
    request.endpoint = std::make_shared<const Endpoint>(endpoint);
    return code_of(send(transport, std::move(request)));
  };
  EXPECT_EQ(spoilt([](Request& r, Endpoint&) { r.headers.push_back("X: a\r\nY: b"); }),
            ErrorCode::kBadConfig);
  EXPECT_EQ(spoilt([](Request& r, Endpoint&) { r.target = "/ HTTP/1.1\r\nX: y"; }), ErrorCode::kBadConfig);
  EXPECT_EQ(spoilt([](Request& r, Endpoint&) { r.target = "@evil/"; }), ErrorCode::kBadConfig);
  EXPECT_EQ(spoilt([](Request&, Endpoint& e) { e.address = "user@127.0.0.1"; }), ErrorCode::kBadConfig);
  EXPECT_EQ(spoilt([](Request&, Endpoint& e) { e.port = 0; }), ErrorCode::kBadConfig);
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, WakeEndsThePollOfAnotherThread) {
  CurlTransport transport;
  std::atomic<bool> ended = false;
  std::thread waker([&] {
    while (!ended) {
      transport.wake();
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 100; ++i) transport.poll(in(kPatience));
  ended = true;
  waker.join();
  SUCCEED() << "each poll came back";
}

TEST(CurlTransport, WakeBeforePollIsNotLost) {
  CurlTransport transport;
  transport.wake();
  const auto began = std::chrono::steady_clock::now();
  transport.poll(in(kPatience));
  EXPECT_LT(std::chrono::steady_clock::now() - began, kPatience);
}

TEST(CurlTransport, PollReturnsAtItsTime) {
  CurlTransport transport;
  const SteadyTime until = in(30ms);
  transport.poll(until);
  EXPECT_GE(std::chrono::steady_clock::now(), until);
}

/// The server closes each connection after its first answer without a word in the headers.
TEST(CurlTransport, ConnectionClosedWhileIdleIsReplaced) {
  TinyServer server(always({.bytes = http_answer("ok"), .close = true}));
  CurlTransport transport;
  for (int i = 1; i <= 3; ++i) {
    const Result<Response> answer = send(transport, post(plain(server)));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_TRUE(server.wait_until_all_closed());
  }
  EXPECT_EQ(server.requests().size(), 3u);
}

/// The server reads the second request of a connection and closes without an answer: was it carried out?
TinyServer::Options closes_on_the_second_request() {
  return {.answer = [](const Seen& seen) {
    return seen.turn == 1 ? Reply{.bytes = http_answer("ok")} : Reply{.bytes = "", .close = true};
  }};
}

TEST(CurlTransport, UnansweredReadIsSentAgainOnAFreshConnection) {
  TinyServer server(closes_on_the_second_request());
  CurlTransport transport;
  ASSERT_TRUE(send(transport, post(plain(server))));
  Request read = post(plain(server), "read");
  read.may_repeat = true;
  EXPECT_TRUE(send(transport, std::move(read)));
  ASSERT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(server.requests()[1].body, "read");
  EXPECT_EQ(server.requests()[2].body, "read");
  EXPECT_EQ(server.requests()[2].connection, 2);
}

TEST(CurlTransport, UnansweredWriteIsNeverSentAgain) {
  for (const auto method : {Request::Method::kPost, Request::Method::kGet}) {
    TinyServer server(closes_on_the_second_request());
    CurlTransport transport;
    ASSERT_TRUE(send(transport, post(plain(server))));
    Request write = post(plain(server), "write");
    write.method = method;
    const Result<Response> answer = send(transport, std::move(write));
    EXPECT_EQ(code_of(answer), ErrorCode::kUnreachable);
    EXPECT_THAT(answer.error().message, HasSubstr("may have been carried out"));
    EXPECT_EQ(server.requests().size(), 2u);
  }
}

TEST(CurlTransport, FreshConnectionClosedWithoutAnswerIsNotRetried) {
  TinyServer server(always({.bytes = "", .close = true}));
  CurlTransport transport;
  Request read = post(plain(server));
  read.may_repeat = true;
  const Result<Response> answer = send(transport, std::move(read));
  EXPECT_EQ(code_of(answer), ErrorCode::kUnreachable);
  EXPECT_TRUE(answer.error().peer_answered) << "somebody closed it";
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(CurlTransport, NoErrorHoldsTheRequest) {
  TinyServer server(always({.bytes = "garbage\r\n", .close = true}));
  CurlTransport transport;
  Request request = post(plain(server), "hunter2");
  request.target = "/?signature=hunter2";
  request.headers.push_back("Authorization: Bearer hunter2");
  const Result<Response> answer = send(transport, std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace xenha::http
