#include "lib/web/civet_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/unit/web/certificates.h"
#include "tests/unit/web/http_client.h"

namespace xenha::web {
namespace {

using namespace std::chrono_literals;
using testing::Connection;
using testing::exchange;
using testing::get_request;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::parse_response;
using testing::Response;

constexpr const char* kAlice = "$2y$04$BvNC4QrhC0oqv3v00CbCu.u0aI/qTemy9Kr1vNppa8.zmUGJPy0iO";

class CivetServerTest : public ::testing::Test {
 protected:
  CivetServerTest() {
    router_.on("GET", "/hello", [](const Request&) { return Reply::text(200, "hello"); });
    router_.on("GET", "/page", [](const Request&) { return Reply::html("<p>x"); });
    router_.on("POST", "/echo", [](const Request& request) { return Reply::text(200, request.body); });
    router_.on("GET", "/see", [](const Request& request) {
      std::string text = request.path + "|" + request.peer +
                         (request.peer_is_loopback ? "|loopback" : "|elsewhere") +
                         (request.authenticated ? "|known" : "|unknown");
      for (const auto& [name, value] : request.query) text += "|" + name + "=" + value;
      return Reply::text(200, text + "|" + request.header("x-thing").value_or("-"));
    });
    router_.on("GET", "/a b", [](const Request&) { return Reply::text(200, "blank"); });
    router_.on("GET", "/pieces", [](const Request&) {
      Reply reply;
      reply.shared_body = {std::make_shared<const std::string>("one,"), std::make_shared<const std::string>(),
                           std::make_shared<const std::string>(3000000, 'x')};
      reply.headers.emplace_back("X-Bad", "a\r\nX-Injected: b");
      return reply;
    });
  }

  void start(ServerOptions options = {}, const WebConfig& config = {}) {
    auto started = CivetServer::start({{"127.0.0.1", 0}}, config, router_, std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  std::uint16_t port() const { return server_->addresses().front().port; }
  Response get(const std::string& target, const std::vector<std::string>& headers = {}) {
    return exchange(port(), get_request(target, headers));
  }
  Response post(const std::string& body, const std::string& headers = "") {
    return exchange(port(), "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
  }

  Router router_;
  std::unique_ptr<CivetServer> server_;
};

TEST_F(CivetServerTest, AnswersWithSafeHeaders) {
  start();
  const Response hello = get("/hello");
  EXPECT_EQ(hello.status, 200);
  EXPECT_EQ(hello.body, "hello\n");
  EXPECT_EQ(hello.headers.at("content-length"), "6");
  EXPECT_EQ(hello.headers.at("connection"), "close");
  EXPECT_EQ(hello.headers.at("x-content-type-options"), "nosniff");
  EXPECT_FALSE(hello.headers.contains("content-security-policy"));
  const Response page = get("/page");
  EXPECT_THAT(page.headers.at("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.headers.at("content-security-policy"), Not(HasSubstr("script-src")));
  EXPECT_EQ(page.headers.at("x-frame-options"), "DENY");
}

TEST_F(CivetServerTest, GivesTheHandlerADecodedRequest) {
  start();
  EXPECT_EQ(get("/see?pool=b&pool=a%20%26c", {"X-Thing: 1", "x-thing: 2"}).body,
            "/see|127.0.0.1|loopback|unknown|pool=b|pool=a &c|1, 2\n");
  EXPECT_EQ(get("/a%20b").body, "blank\n");
  EXPECT_EQ(get("http://localhost:" + std::to_string(port()) + "/hello").status, 200);
}

TEST_F(CivetServerTest, AForwardedRequestIsNotFromLoopback) {
  start();
  for (const char* line : {"X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1", "Via: 1.1 front"})
    EXPECT_THAT(get("/see", {line}).body, HasSubstr("|elsewhere|")) << line;
}

TEST_F(CivetServerTest, RefusesMisleadingRequests) {
  start();
  for (const char* target : {"/hello%00", "/hello%00.html", "/hello?x=%00", "/hello?x=%zz", "/%"})
    EXPECT_EQ(get(target).status, 400) << target;
  for (const char* target :
       {"/", "/hello/", "/hello/x", "/e", "/etc/passwd", "/../../etc/passwd", "/hello/../hello"})
    EXPECT_EQ(get(target).status, 404) << target;
  EXPECT_EQ(exchange(port(), "GET /hello\r\n\r\n").status, 400);
  EXPECT_EQ(exchange(port(), "GARBAGE\r\n\r\n").status, 400);
  EXPECT_EQ(exchange(port(), "GET /hello HTTP/2.0\r\n\r\n").status, 505);
  EXPECT_EQ(exchange(port(), "DELETE /hello HTTP/1.1\r\n\r\n").status, 405);
  EXPECT_EQ(exchange(port(), get_request("/hello", {"X: " + std::string(20000, 'a')})).status, 400);
}

TEST_F(CivetServerTest, GrantsNothingToOtherOriginsAndUpgrades) {
  start();
  const Response preflight = exchange(port(),
                                      "OPTIONS /hello HTTP/1.1\r\nHost: x\r\nOrigin: "
                                      "http://evil\r\nAccess-Control-Request-Method: GET\r\n\r\n");
  EXPECT_EQ(preflight.status, 405);
  EXPECT_FALSE(preflight.headers.contains("access-control-allow-origin"));
  const Response broken = exchange(port(), "GARBAGE\r\nOrigin: http://evil\r\n\r\n");
  EXPECT_FALSE(broken.headers.contains("access-control-allow-origin"));
  EXPECT_EQ(broken.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(get("/hello", {"Upgrade: websocket", "Connection: Upgrade",
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"})
                .status,
            200);
}

TEST_F(CivetServerTest, SendsSharedPiecesInOrderAndKeepsHeadersApart) {
  start();
  const Response reply = get("/pieces");
  EXPECT_EQ(reply.headers.at("content-length"), "3000004");
  EXPECT_EQ(reply.body.size(), 3000004u);
  EXPECT_TRUE(reply.body.starts_with("one,xxx"));
  EXPECT_FALSE(reply.headers.contains("x-injected"));
}

TEST_F(CivetServerTest, HeadHasTheHeadersOfGetAndNoBody) {
  start();
  for (const char* target : {"/hello", "/pieces"}) {
    const Response reply = exchange(port(), "HEAD " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.headers.at("content-length"), get(target).headers.at("content-length"));
    EXPECT_EQ(reply.body, "");
  }
}

TEST_F(CivetServerTest, ReadsBodiesWholeWhateverThePieces) {
  start();
  std::string body;
  for (int i = 0; i < 200000; ++i) body += static_cast<char>('a' + i * 7 % 26);
  EXPECT_EQ(post(body).body, body + "\n");
  EXPECT_EQ(post("").body, "\n");
  Connection connection(port());
  connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.receive(1000), "HTTP/1.1 100 Continue\r\n\r\n");
  for (int i = 0; i < 1000; ++i) connection.send(std::string_view(&body[static_cast<std::size_t>(i)], 1));
  EXPECT_EQ(parse_response(connection.receive_all()).body, body.substr(0, 1000) + "\n");
}

TEST_F(CivetServerTest, RefusesBodiesItDoesNotWant) {
  start({.max_body = 1000});
  EXPECT_EQ(post(std::string(1000, 'x')).status, 200);
  EXPECT_EQ(post(std::string(1001, 'x')).status, 413);
  EXPECT_EQ(post(std::string(200000, 'x')).status,
            413);  // the answer survives what the client is still sending
  EXPECT_EQ(post("x", "Expect: a miracle\r\n").status, 417);
  EXPECT_EQ(
      exchange(port(),
               "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
          .status,
      411);
  EXPECT_EQ(exchange(port(), "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n").status, 411);
  EXPECT_EQ(exchange(port(), "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n")
                .status,
            413);
}

TEST_F(CivetServerTest, AsksForNamesAndPasswords) {
  start({.own_authentication = [](std::string_view path) { return path == "/see"; }},
        {.tls = {}, .users = {{"alice", Secret(kAlice)}}});
  const std::string right = "Authorization: Basic YWxpY2U6d29uZGVybGFuZA==";  // alice:wonderland
  const std::string wrong = "Authorization: Basic YWxpY2U6bWFsbG9yeQ==";      // alice:mallory
  const Response refused = get("/hello");
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.headers.at("www-authenticate"), HasSubstr("Basic realm="));
  EXPECT_EQ(get("/nothing-here").status, 401);
  EXPECT_EQ(get("/hello", {wrong}).status, 401);
  EXPECT_EQ(get("/hello", {"Authorization: Bearer abc"}).status, 401);
  EXPECT_EQ(get("/hello", {right}).status, 200);
  EXPECT_THAT(get("/see", {right}).body, HasSubstr("|known"));
  EXPECT_THAT(get("/see").body, HasSubstr("|unknown"));
  EXPECT_THAT(get("/see", {"Authorization: Bearer abc"}).body, HasSubstr("|unknown"));
  EXPECT_EQ(get("/see", {wrong}).status, 401);

  ASSERT_TRUE(server_->reload({}));
  EXPECT_EQ(get("/hello").status, 200);
}

TEST_F(CivetServerTest, WillNotTurnIntoHttpsWhileRunning) {
  start();
  WebConfig config;
  config.tls.emplace();
  config.users = {{"alice", Secret(kAlice)}};
  const Status status = server_->reload(config);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("restart"));
  EXPECT_EQ(get("/hello").status, 200);  // nothing changed
}

TEST_F(CivetServerTest, TellsWhyItCannotListen) {
  start();
  const auto second = CivetServer::start({{"127.0.0.1", 0}, {"127.0.0.1", port()}}, {}, router_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBadConfig);
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1:" + std::to_string(port())));
  EXPECT_THAT(second.error().message, HasSubstr("Address already in use"));
  EXPECT_THAT(second.error().message, HasSubstr("--web.listen-address"));
  const auto foreign = CivetServer::start({{"198.51.100.1", 0}}, {}, router_);
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().message, HasSubstr("no interface of this machine has the address"));
}

TEST_F(CivetServerTest, ListensOnSeveralAddressesWithChosenPorts) {
  auto started = CivetServer::start({{"127.0.0.1", 0}, {"127.0.0.2", 0}, {"0.0.0.0", 0}}, {}, router_);
  ASSERT_TRUE(started) << started.error().message;
  const auto& addresses = (*started)->addresses();
  ASSERT_EQ(addresses.size(), 3u);
  for (const ListenAddress& address : addresses) {
    ASSERT_NE(address.port, 0);
    Connection connection(address.port, address.host == "0.0.0.0" ? "127.0.0.3" : address.host);
    connection.send(get_request("/hello"));
    EXPECT_EQ(parse_response(connection.receive_all()).status, 200) << address.text();
  }
}

TEST_F(CivetServerTest, StopWaitsForTheRequestInItsHandlerAndRefusesNewOnes) {
  std::promise<void> entered, leave;
  router_.on("GET", "/slow", [&](const Request&) {
    entered.set_value();
    leave.get_future().wait();
    return Reply::text(200, std::string(2000000, 's'));
  });
  start({.stop_grace = 20s});
  Connection slow(port());
  slow.send(get_request("/slow"));
  entered.get_future().wait();
  const std::future<void> stopped = std::async(std::launch::async, [this] { server_->stop(); });
  while (get("/hello").status != 503) std::this_thread::yield();
  EXPECT_NE(stopped.wait_for(0s), std::future_status::ready);
  leave.set_value();
  EXPECT_EQ(parse_response(slow.receive_all()).body.size(), 2000001u);
  stopped.wait();
  EXPECT_THROW(Connection{port()}, std::runtime_error);
}

TEST_F(CivetServerTest, StopDoesNotWaitForEver) {
  std::promise<void> entered, leave;
  const std::shared_future<void> may_leave = leave.get_future().share();
  router_.on("GET", "/stuck", [&](const Request&) {
    entered.set_value();
    may_leave.wait_for(1s);
    return Reply::text(200, "late");
  });
  start({.stop_grace = 50ms});
  Connection stuck(port());
  stuck.send(get_request("/stuck"));
  entered.get_future().wait();
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s);
  EXPECT_EQ(stuck.receive_all(), "");
}

TEST_F(CivetServerTest, ASilentConnectionDoesNotHoldUpTheStop) {
  start();
  Connection idle(port());
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  server_->stop();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

}  // namespace
}  // namespace xenha::web
