// Peers that stall on purpose, and a scraper that must not notice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "lib/web/civet_server.h"
#include "tests/unit/web/http_client.h"

namespace xenha::web {
namespace {

using namespace std::chrono_literals;
using testing::Connection;
using testing::exchange;
using testing::get_request;
using testing::parse_response;

using Connections = std::vector<std::unique_ptr<Connection>>;

class StalledPeers : public ::testing::Test {
 protected:
  StalledPeers() {
    router_.on("GET", "/metrics", [this](const Request&) {
      Reply reply;
      reply.shared_body = {page_};
      return reply;
    });
    router_.on("GET", "/huge", [this](const Request&) {
      Reply reply;
      for (int i = 0; i < 32; ++i) reply.shared_body.push_back(page_);
      return reply;
    });
    router_.on("POST", "/echo", [](const Request& request) { return Reply::text(200, request.body); });
  }
  void start(ServerOptions options = {}) {
    auto started = CivetServer::start({{"127.0.0.1", 0}}, {}, router_, std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  std::uint16_t port() const { return server_->addresses().front().port; }
  Connections connect(int count, const std::string& bytes) {
    Connections connections;
    for (int i = 0; i < count; ++i) {
      connections.push_back(std::make_unique<Connection>(port()));
      connections.back()->send(bytes);
    }
    return connections;
  }
  void expect_scrapes_served() {
    for (int i = 0; i < 20; ++i) {
      const auto reply = exchange(port(), get_request("/metrics"));
      ASSERT_EQ(reply.status, 200);
      ASSERT_EQ(reply.body.size(), page_->size());
    }
  }

  const std::shared_ptr<const std::string> page_ =
      std::make_shared<const std::string>(std::size_t{1} << 20, 'm');
  Router router_;
  std::unique_ptr<CivetServer> server_;
};

TEST_F(StalledPeers, SlowHeadsDoNotKeepAScraperOut) {
  // Longer than the whole test may take: if heads occupied what a scrape needs, it would time out.
  start({.head_timeout = 60s});
  const Connections silent = connect(64, "");
  const Connections trickling = connect(64, "GET /metrics HTTP/1.1\r\nX-Slow: ");
  std::atomic<bool> done = false;
  std::jthread tricklers([&] {
    while (!done)
      for (const auto& connection : trickling) connection->send("a");
  });
  expect_scrapes_served();
  done = true;
}

TEST_F(StalledPeers, SlowHeadsAreCut) {
  start({.head_timeout = 200ms});
  const Connections silent = connect(8, "");
  const Connections half = connect(8, "GET /metrics HTTP/1.1\r\nX-Slow: ");
  for (const auto& connection : silent) EXPECT_EQ(connection->receive_all(), "");
  for (const auto& connection : half) EXPECT_EQ(parse_response(connection->receive_all()).status, 400);
}

TEST_F(StalledPeers, SlowBodiesAreBoundedAndDoNotKeepAScraperOut) {
  start({.max_bodies = 4, .body_timeout = 60s});
  const std::string begun = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc";
  Connections slow = connect(4, begun);
  // The gate is full as soon as one more is refused.
  while (exchange(port(), "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").status != 503)
    std::this_thread::yield();
  const Connections refused = connect(64, begun);
  for (const auto& connection : refused) EXPECT_EQ(parse_response(connection->receive_all()).status, 503);
  expect_scrapes_served();
  slow.clear();  // gone: places become free
  while (exchange(port(), "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").status != 200)
    std::this_thread::yield();
}

TEST_F(StalledPeers, WhoIsRefusedBeforehandHoldsNoPlace) {
  start({.max_bodies = 1, .body_timeout = 60s, .before_body = [](const Request& request) {
           return request.header("authorization") ? std::nullopt
                                                  : std::optional(Reply::text(401, "Who are you?"));
         }});
  const Connections strangers =
      connect(16, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc");
  const std::string known =
      "POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: me\r\nContent-Length: 3\r\n\r\nabc";
  EXPECT_EQ(exchange(port(), known).status, 200);
  for (const auto& connection : strangers) EXPECT_EQ(parse_response(connection->receive_all()).status, 401);
  EXPECT_EQ(exchange(port(), "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

TEST_F(StalledPeers, ATricklingBodyIsCutAtItsDeadline) {
  start({.head_timeout = 300ms, .body_timeout = 300ms});
  Connection slow(port());
  slow.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  std::atomic<bool> done = false;
  std::jthread trickle([&] {
    while (!done) {
      slow.send("a");
      std::this_thread::sleep_for(20ms);  // the peer's own slowness, not the test's patience
    }
  });
  EXPECT_EQ(parse_response(slow.receive_all()).status, 408);
  EXPECT_FALSE(slow.open());  // nor does the server go on reading behind the answer
  done = true;
}

TEST_F(StalledPeers, SlowReadersDoNotKeepAScraperOut) {
  start({.patience = 60s, .head_timeout = 60s, .answer_grace = 60s, .stop_grace = 0s});
  const Connections readers = connect(100, get_request("/huge"));
  expect_scrapes_served();
}

TEST_F(StalledPeers, ASlowReaderIsCut) {
  start(
      {.head_timeout = 100ms, .least_speed = std::size_t{1} << 30, .answer_grace = 100ms, .stop_grace = 60s});
  Connection reader(port());
  reader.send(get_request("/huge"));
  EXPECT_EQ(reader.receive(8), "HTTP/1.1");
  server_
      ->stop();  // waits for answers that are under way: it would wait for this one until the reader goes on
  EXPECT_LT(reader.receive_all().size(), 32 * page_->size());
}

TEST_F(StalledPeers, TooManyRequestsInHandlersAreToldSo) {
  std::promise<void> leave;
  const std::shared_future<void> may_leave = leave.get_future().share();
  std::atomic<int> entered = 0;
  router_.on("GET", "/slow", [&](const Request&) {
    ++entered;
    may_leave.wait();
    return Reply::text(200, "slow");
  });
  start({.max_requests = 2, .patience = 10ms});
  const Connections slow = connect(2, get_request("/slow"));
  while (entered < 2) std::this_thread::yield();
  EXPECT_EQ(exchange(port(), get_request("/metrics")).status, 503);
  leave.set_value();
  for (const auto& connection : slow) EXPECT_EQ(parse_response(connection->receive_all()).status, 200);
  expect_scrapes_served();
}

}  // namespace
}  // namespace xenha::web
