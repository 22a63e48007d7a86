// Each fault as curl sees it: exit codes 7 refused, 28 time-out, 18 cut, 56 reset.
#include <gtest/gtest.h>

#include "tests/sim/wire/tests/raw_client.h"
#include "tests/sim/wire/tests/server_fixture.h"

namespace xenha::sim {
namespace {

using namespace std::chrono_literals;

TlsIdentity identity() {
  static const TlsIdentity made = *make_identity({.common_name = "127.0.0.1", .key = KeyKind::kEcP256});
  return made;
}

/// Every fault over plain HTTP and over TLS.
class NetworkFault : public testing::TestWithParam<bool> {
 protected:
  ListenerOptions options() const {
    ListenerOptions out;
    if (GetParam()) out.tls = identity();
    return out;
  }
  LoopThread loop_;
  TestListener server_{loop_, options(), echo()};

  ProgramResult ask(const std::string& more = "") const {
    return curl("-k " + more + " " + server_.url("/a"));
  }
  void expect_up() const { EXPECT_EQ(ask().output, "GET /a\n"); }
};
INSTANTIATE_TEST_SUITE_P(Wire, NetworkFault, testing::Bool(),
                         [](const auto& param) { return param.param ? "tls" : "plain"; });

TEST_P(NetworkFault, Refuse) {
  server_.set_network(Network::refuse());
  EXPECT_EQ(ask().exit_code, 7);
  EXPECT_TRUE(server_.set_network(Network::up()));
  expect_up();
}

TEST_P(NetworkFault, Hang) {
  server_.set_network(Network::hang());
  EXPECT_EQ(ask("--max-time 0.3").exit_code, 28);
  server_.set_network(Network::up());
  expect_up();
}

TEST_P(NetworkFault, Delay) {
  server_.set_network(Network::delayed(300ms));
  EXPECT_EQ(ask("--max-time 0.2").exit_code, 28);
  const ProgramResult slow = ask("-w '%{time_total}'");
  EXPECT_TRUE(slow.output.starts_with("GET /a\n")) << slow.output;
  EXPECT_GE(std::stod(slow.output.substr(7)), 0.3);
  server_.set_network(Network::up());
  expect_up();
}

TEST_P(NetworkFault, CutAfter) {
  const std::size_t whole = ask("-i").output.size();
  server_.set_network(Network::cut_after(whole - 3));
  const ProgramResult cut = ask("-i");
  EXPECT_TRUE(cut.exit_code == 18 || cut.exit_code == 56) << cut.exit_code;
  EXPECT_NE(cut.output.find("GET"), std::string::npos);
  EXPECT_EQ(cut.output.find("GET /a\n"), std::string::npos);
  server_.set_network(Network::cut_after(0));
  const int nothing = ask().exit_code;
  EXPECT_TRUE(nothing == 52 || nothing == 56) << nothing;
  server_.set_network(Network::cut_after(whole));
  expect_up();
}

TEST_P(NetworkFault, Garble) {
  server_.set_network(Network::garble());
  const ProgramResult spoilt = ask();
  EXPECT_EQ(spoilt.exit_code, 0);
  EXPECT_EQ(spoilt.output, "GET\x01/a\n");
  server_.set_network(Network::up());
  expect_up();
}

TEST(NetworkFaultOnExistingConnections, HangIsSilenceAndThenReset) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  RawClient client(server.port());
  std::string text;
  client.send("GET /a HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(client.read_until("GET /a\n", &text));

  server.set_network(Network::hang());
  client.send("GET /b HTTP/1.1\r\n\r\n");
  RawClient newcomer(server.port());
  EXPECT_TRUE(newcomer.connected());  // by the kernel
  newcomer.send("GET /c HTTP/1.1\r\n\r\n");
  std::string silence;
  EXPECT_EQ(client.read_all(&silence, 100), RawClient::End::kSilence);
  EXPECT_EQ(newcomer.read_all(&silence, 100), RawClient::End::kSilence);

  server.set_network(Network::up());
  EXPECT_EQ(client.read_all(&silence), RawClient::End::kReset);
  EXPECT_EQ(newcomer.read_all(&silence), RawClient::End::kReset);
  EXPECT_EQ(silence, "");
}

TEST(NetworkFaultOnExistingConnections, AnAnswerThatFallsIntoAHangIsLost) {
  LoopThread loop;
  std::promise<std::shared_ptr<Exchange>> arrived;
  TestListener server(loop, {},
                      [&](const std::shared_ptr<Exchange>& exchange) { arrived.set_value(exchange); });
  RawClient client(server.port());
  client.send("GET /a HTTP/1.1\r\n\r\n");
  const std::shared_ptr<Exchange> exchange = arrived.get_future().get();
  server.set_network(Network::hang());
  loop.on_loop([&] { exchange->respond(200, "text/plain", "lost"); });
  std::string text;
  EXPECT_EQ(client.read_all(&text, 100), RawClient::End::kSilence);
  server.set_network(Network::up());
  EXPECT_EQ(client.read_all(&text), RawClient::End::kReset);
  EXPECT_EQ(text, "");
}

TEST(NetworkFaultOnExistingConnections, RefuseResetsThem) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  RawClient client(server.port());
  std::string text;
  client.send("GET /a HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(client.read_until("GET /a\n", &text));
  server.set_network(Network::refuse());
  EXPECT_EQ(client.read_all(&text), RawClient::End::kReset);
  EXPECT_FALSE(RawClient(server.port()).connected());
}

TEST(NetworkFaultOnExistingConnections, DropResetsThemAndServesNewOnes) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  RawClient client(server.port());
  std::string text;
  client.send("GET /a HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(client.read_until("GET /a\n", &text));
  server.drop_connections();
  EXPECT_EQ(client.read_all(&text), RawClient::End::kReset);
  EXPECT_EQ(curl(server.url("/b")).output, "GET /b\n");
}

TEST(NetworkFaultOnExistingConnections, FromHangToRefuse) {
  LoopThread loop;
  TestListener server(loop, {}, echo());
  server.set_network(Network::hang());
  server.set_network(Network::refuse());
  EXPECT_EQ(curl(server.url()).exit_code, 7);
  server.set_network(Network::hang());
  EXPECT_EQ(curl("--max-time 0.2 " + server.url()).exit_code, 28);
  server.set_network(Network::up());
  EXPECT_EQ(curl(server.url("/a")).output, "GET /a\n");
}

}  // namespace
}  // namespace xenha::sim
