#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lib/web/civet_server.h"
#include "tests/unit/web/certificates.h"
#include "tests/unit/web/http_client.h"

namespace xenha::web {
namespace {

using testing::curl;
using testing::CurlResponse;
using ::testing::HasSubstr;
using testing::Identity;

constexpr const char* kAlice = "$2y$04$BvNC4QrhC0oqv3v00CbCu.u0aI/qTemy9Kr1vNppa8.zmUGJPy0iO";  // wonderland
constexpr int kHandshakeFailed = 35, kSendFailed = 55, kReceiveFailed = 56, kCannotVerify = 60;

class CivetServerTls : public ::testing::Test {
 protected:
  CivetServerTls() {
    router_.on("GET", "/hello", [](const Request& request) {
      return Reply::text(200, request.authenticated ? "known" : "unknown");
    });
    router_.on("POST", "/echo", [](const Request& request) { return Reply::text(200, request.body); });
    router_.on("GET", "/large", [this](const Request&) {
      Reply reply;
      reply.shared_body = {large_, large_};
      return reply;
    });
  }
  TlsConfig tls(const Identity& identity, ClientAuth client_auth = ClientAuth::kNone) const {
    TlsConfig config{.cert_file = identity.cert,
                     .key_file = identity.key,
                     .client_ca_file = {},
                     .client_auth = client_auth};
    if (client_auth == ClientAuth::kVerifyIfGiven || client_auth == ClientAuth::kRequireAndVerify)
      config.client_ca_file = client_ca_.cert;
    return config;
  }
  void start(const TlsConfig& config) {
    auto started = CivetServer::start({{"127.0.0.1", 0}}, {.tls = config, .users = {}}, router_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  std::string url(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(server_->addresses().front().port) + path;
  }
  CurlResponse get(const Identity* client = nullptr, const std::string& user = "") const {
    testing::CurlRequest request{.url = url("/hello"), .ca = ca_.cert, .user = user};
    if (client) request.cert = client->cert, request.key = client->key;
    return curl(request);
  }

  testing::TemporaryDirectory directory_;
  const Identity ca_ = testing::make_ca(directory_.path(), "ca");
  const Identity other_ca_ = testing::make_ca(directory_.path(), "other-ca");
  const Identity client_ca_ = testing::make_ca(directory_.path(), "client-ca");
  const Identity identity_ = testing::make_identity(directory_.path(), "server", ca_, "server");
  const Identity client_ = testing::make_identity(directory_.path(), "client", client_ca_, "alertmanager");
  const Identity stranger_ = testing::make_identity(directory_.path(), "stranger", other_ca_, "stranger");
  const std::shared_ptr<const std::string> large_ = std::make_shared<const std::string>(3000000, 'l');
  Router router_;
  std::unique_ptr<CivetServer> server_;
};

TEST_F(CivetServerTls, ServesHttps) {
  start(tls(identity_));
  EXPECT_TRUE(server_->tls());
  EXPECT_EQ(get().body, "unknown\n");
  EXPECT_EQ(curl({.url = url("/hello"), .ca = other_ca_.cert}).error, kCannotVerify);
  EXPECT_EQ(curl({.url = url("/large"), .ca = ca_.cert}).body.size(), 6000000u);
  const std::string body(300000, 'b');
  EXPECT_EQ(curl({.url = url("/echo"), .ca = ca_.cert, .post = body}).body, body + "\n");
  const auto plain = testing::exchange(server_->addresses().front().port, testing::get_request("/hello"));
  EXPECT_EQ(plain.status, 0);
}

TEST_F(CivetServerTls, SurvivesThousandsOfHandshakesFromManyThreads) {
  start(tls(identity_, ClientAuth::kVerifyIfGiven));
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        for (int j = 0; j < 400; ++j)
          if (get((i + j) % 2 ? &client_ : nullptr).status == 200) ++good;
      });
  }
  EXPECT_EQ(good, 3200);
}

struct ClientRow {
  const char* name;
  ClientAuth kind;
  const char* none;      ///< what a client without certificate gets; nullptr = no answer
  const char* verified;  ///< with one of the right CA
  const char* stranger;  ///< with one of another CA
};
constexpr ClientRow kClientRows[] = {
    {"NoClientCert", ClientAuth::kNone, "unknown\n", "unknown\n", "unknown\n"},
    {"RequestClientCert", ClientAuth::kRequest, "unknown\n", "unknown\n", "unknown\n"},
    {"RequireAnyClientCert", ClientAuth::kRequireAny, nullptr, "unknown\n", "unknown\n"},
    {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven, "unknown\n", "known\n", nullptr},
    {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify, nullptr, "known\n", nullptr},
};

TEST_F(CivetServerTls, ClientCertificatesCountAsTheTypeSays) {
  for (const ClientRow& row : kClientRows) {
    SCOPED_TRACE(row.name);
    start(tls(identity_, row.kind));
    const auto expect = [](const CurlResponse& response, const char* expected) {
      if (expected) {
        EXPECT_EQ(response.body, expected) << response.error;
      } else {
        EXPECT_THAT(response.error, ::testing::AnyOf(kHandshakeFailed, kSendFailed, kReceiveFailed));
        EXPECT_EQ(response.body, "");
      }
    };
    expect(get(), row.none);
    expect(get(&client_), row.verified);
    expect(get(&stranger_), row.stranger);
    server_.reset();
  }
}

TEST_F(CivetServerTls, NothingOlderThanAskedFor) {
  TlsConfig config = tls(identity_);
  start(config);
  EXPECT_EQ(curl({.url = url("/hello"), .ca = ca_.cert, .only_tls12 = true}).status, 200);
  config.only_tls13 = true;
  ASSERT_TRUE(server_->reload({.tls = config, .users = {}}));
  EXPECT_EQ(curl({.url = url("/hello"), .ca = ca_.cert, .only_tls12 = true}).error, kHandshakeFailed);
  EXPECT_EQ(get().status, 200);
}

TEST_F(CivetServerTls, ReloadTakesNewCertificatesUsersAndClientRulesAtOnce) {
  start(tls(identity_));
  ASSERT_EQ(get().status, 200);

  const Identity renewed = testing::make_identity(directory_.path(), "renewed", other_ca_, "server");
  ASSERT_TRUE(server_->reload({.tls = tls(renewed), .users = {}}));
  EXPECT_EQ(get().error, kCannotVerify);
  EXPECT_EQ(curl({.url = url("/hello"), .ca = other_ca_.cert}).status, 200);

  ASSERT_TRUE(server_->reload(
      {.tls = tls(identity_, ClientAuth::kRequireAndVerify), .users = {{"alice", Secret(kAlice)}}}));
  EXPECT_NE(get().error, 0);
  EXPECT_EQ(get(&stranger_).status, 0);
  EXPECT_EQ(get(&client_).status, 401);  // the toolkit asks for both, so do we
  EXPECT_EQ(get(&client_, "alice:wonderland").body, "known\n");
}

TEST_F(CivetServerTls, ABadReloadChangesNothing) {
  start(tls(identity_));
  TlsConfig broken = tls(identity_);
  broken.key_file = ca_.key;
  const Status status = server_->reload({.tls = broken, .users = {{"alice", Secret(kAlice)}}});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr(ca_.key.string()));
  EXPECT_EQ(get().body, "unknown\n");
  EXPECT_FALSE(server_->reload({}));  // HTTPS does not become HTTP
  EXPECT_EQ(get().status, 200);
}

TEST_F(CivetServerTls, WillNotStartOnBrokenCertificates) {
  TlsConfig broken = tls(identity_);
  broken.cert_file = directory_.path() / "nothing.crt";
  const auto started = CivetServer::start({{"127.0.0.1", 0}}, {.tls = broken, .users = {}}, router_);
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("nothing.crt"));
}

TEST_F(CivetServerTls, ReloadsDuringHandshakesDisturbNobody) {
  start(tls(identity_));
  std::atomic<bool> done = false;
  std::jthread reloader([&] {
    while (!done) EXPECT_TRUE(server_->reload({.tls = tls(identity_), .users = {}}));
  });
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j)
        if (get().status == 200) ++good;
    });
  threads.clear();
  done = true;
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace xenha::web
