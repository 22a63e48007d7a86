#include "tests/sim/wire/http_server.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/sim/wire/tests/raw_client.h"
#include "tests/sim/wire/tests/server_fixture.h"

namespace xenha::sim {
namespace {

using namespace std::chrono_literals;

constexpr char kGet[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(HttpServer, AnswersCurl) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  const ProgramResult result = curl("-i -d '<a/>' -H Expect: " + server.url("/RPC2?x=1"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.output.find("HTTP/1.1 200 OK\r\n"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("content-length: 15\r\n"), std::string::npos);
  EXPECT_NE(result.output.find("content-type: text/plain\r\n"), std::string::npos);
  EXPECT_TRUE(result.output.ends_with("POST /RPC2\n<a/>")) << result.output;
}

TEST(HttpServer, KeepsTheConnectionForManyRequests) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  const std::string url = server.url("/a");
  const ProgramResult result = curl("-w '[%{num_connects}]' " + url + " " + url + " " + url);
  EXPECT_EQ(result.output, "GET /a\n[1]GET /a\n[0]GET /a\n[0]");
}

TEST(HttpServer, AnswersRequestsSentAheadInOrder) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  RawClient client(server.port());
  client.send(
      "GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nxyGET /c HTTP/1.0\r\n\r\n");
  std::string text;
  EXPECT_EQ(client.read_all(&text), RawClient::End::kClosed);
  const auto a = text.find("GET /a\n");
  const auto b = text.find("POST /b\nxy");
  const auto c = text.find("GET /c\n");
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
  EXPECT_NE(c, std::string::npos);
  EXPECT_NE(text.find("HTTP/1.0 200 OK\r\n"), std::string::npos);
}

TEST(HttpServer, ReadsARequestThatComesByteByByte) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  RawClient client(server.port());
  for (const char c : std::string("POST /slow HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"))
    client.send({&c, 1});
  std::string text;
  EXPECT_TRUE(client.read_until("POST /slow\nabc", &text));
}

struct Refusal {
  const char* name;
  std::string request;
  const char* status;
};
void PrintTo(const Refusal& row, std::ostream* out) {
  *out << row.name;
}
class HttpServerRefuses : public testing::TestWithParam<Refusal> {};
TEST_P(HttpServerRefuses, WithHtmlAndClose) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  RawClient client(server.port());
  client.send(GetParam().request);
  std::string text;
  EXPECT_EQ(client.read_all(&text), RawClient::End::kClosed);
  EXPECT_TRUE(text.starts_with("HTTP/1.1 " + std::string(GetParam().status) + " ")) << text;
  EXPECT_NE(text.find("connection: close"), std::string::npos);
  EXPECT_NE(text.find("<html>"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(
    HttpServer, HttpServerRefuses,
    testing::Values(
        Refusal{"head_over_1024", "GET / HTTP/1.1\r\nx: " + std::string(1100, 'x') + "\r\n\r\n", "431"},
        Refusal{"head_without_end", "GET / HTTP/1.1\r\nx: " + std::string(1100, 'x'), "431"},
        Refusal{"no_http", "hello\r\n\r\n", "500"},
        Refusal{"post_without_length", "POST / HTTP/1.1\r\n\r\n", "500"},
        Refusal{"chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "500"},
        Refusal{"body_over_300_kib", "POST / HTTP/1.1\r\nContent-Length: 307201\r\n\r\nx", "500"}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(HttpServer, HeadLimitCanBeOffAsInOldReleases) {
  LoopThread loop;
  TestListener server(loop, {.head_limit = 0}, echo());
  EXPECT_EQ(curl("-H 'x: " + std::string(5000, 'x') + "' " + server.url("/a")).output, "GET /a\n");
}

TEST(HttpServer, TakesABodyOfTheLimit) {
  LoopThread loop;
  TestListener server(loop, {}, [](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond(200, "text/plain", std::to_string(exchange->request().body.size()));
  });
  const TemporaryFile body(std::string(300 * 1024, 'b'));
  EXPECT_EQ(curl("-H Expect: --data-binary @" + body.path() + " " + server.url()).output, "307200");
}

TEST(HttpServer, AnswersLaterFromATimer) {
  LoopThread loop;
  TestListener server(loop, {}, [&loop](const std::shared_ptr<Exchange>& exchange) {
    loop.loop().after(20ms, [exchange] { exchange->respond(200, "text/plain", "late"); });
  });
  EXPECT_EQ(curl(server.url()).output, "late");
}

TEST(HttpServer, TellsTheHandlerThatTheClientOfALongPollWentAway) {
  LoopThread loop;
  std::promise<void> arrived;
  std::promise<bool> gone;
  TestListener server(loop, {}, [&](const std::shared_ptr<Exchange>& exchange) {
    exchange->on_close([&gone, exchange] { gone.set_value(exchange->closed()); });
    arrived.set_value();
  });
  RawClient client(server.port());
  client.send(kGet);
  arrived.get_future().wait();
  client.go_away();
  auto result = gone.get_future();
  ASSERT_EQ(result.wait_for(5s), std::future_status::ready);
  EXPECT_TRUE(result.get());
  EXPECT_EQ(server.connection_count(), 0u);
}

TEST(HttpServer, AnsweringAClosedExchangeDoesNothing) {
  LoopThread loop;
  std::promise<std::shared_ptr<Exchange>> arrived;
  std::shared_ptr<Exchange> exchange;
  {
    TestListener server(loop, {}, [&](const std::shared_ptr<Exchange>& got) { arrived.set_value(got); });
    RawClient client(server.port());
    client.send(kGet);
    exchange = arrived.get_future().get();
  }
  loop.on_loop([&] {
    EXPECT_TRUE(exchange->closed());
    exchange->respond(200, "text/plain", "nobody hears this");
    exchange->abort();
  });
}

TEST(HttpServer, AnswersOnlyOnce) {
  LoopThread loop;
  TestListener server(loop, {}, [](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond(200, "text/plain", "first");
    exchange->respond(500, "text/plain", "second");
    exchange->abort();
  });
  const std::string url = server.url();
  EXPECT_EQ(curl(url + " " + url).output, "firstfirst");
}

TEST(HttpServer, SendsAnAnswerWithoutLengthUntilTheEnd) {
  LoopThread loop;
  const std::string log(3'000'000, 'l');  // more than a socket buffer
  TestListener server(loop, {}, [&log](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond_close_delimited("text/plain", log);
  });
  RawClient client(server.port());
  client.send(kGet);
  std::string text;
  EXPECT_EQ(client.read_all(&text), RawClient::End::kClosed);
  EXPECT_EQ(text.find("content-length"), std::string::npos);
  EXPECT_EQ(text.size() - text.find("\r\n\r\n") - 4, log.size());
}

TEST(HttpServer, AbortResetsTheConnection) {
  LoopThread loop;
  TestListener server(loop, {}, [](const std::shared_ptr<Exchange>& exchange) { exchange->abort(); });
  RawClient client(server.port());
  client.send(kGet);
  std::string text;
  EXPECT_EQ(client.read_all(&text), RawClient::End::kReset);
  EXPECT_EQ(text, "");
}

TEST(HttpServer, SharesOnePortBetweenManyAddresses) {
  LoopThread loop;
  const auto named = [](const char* name) {
    return [name](const std::shared_ptr<Exchange>& exchange) { exchange->respond(200, "text/plain", name); };
  };
  TestListener first(loop, {.address = "127.77.1.1"}, named("first"));
  TestListener second(loop, {.address = "127.77.1.2", .port = first.port()}, named("second"));
  EXPECT_EQ(curl(first.url() + " " + second.url()).output, "firstsecond");
}

TEST(HttpServer, AHandlerMayCloseItsOwnListener) {
  LoopThread loop;
  std::unique_ptr<Listener> doomed;
  std::promise<void> done;
  const std::uint16_t port = loop.on_loop([&] {
    doomed = *Listener::open(loop.loop(), {}, [&](const std::shared_ptr<Exchange>& exchange) {
      doomed.reset();
      exchange->respond(200, "text/plain", "too late");
      done.set_value();
    });
    return doomed->port();
  });
  RawClient client(port);
  client.send(kGet);
  std::string text;
  EXPECT_EQ(client.read_all(&text), RawClient::End::kReset);
  done.get_future().wait();
}

TEST(HttpServer, SaysWhyItCannotListen) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  loop.on_loop([&] {
    const auto taken = Listener::open(loop.loop(), {.port = server.port()}, echo());
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().message.find("already in use"), std::string::npos) << taken.error().message;
    EXPECT_FALSE(Listener::open(loop.loop(), {.address = "localhost"}, echo()));
  });
}

}  // namespace
}  // namespace xenha::sim
