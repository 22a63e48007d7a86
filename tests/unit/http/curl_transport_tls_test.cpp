// Who may answer: CA, name, pin, TLS version. Whoever fails the check gets not one byte of the request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "lib/http/curl_transport.h"
#include "tests/unit/http/requests.h"

namespace xenha::http {
namespace {

using namespace std::chrono_literals;
using test::http_answer;
using test::PemFile;
using test::TestCertificate;
using test::TinyServer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::shared_ptr<const TestCertificate> make(const TestCertificate::Options& options) {
  return std::make_shared<const TestCertificate>(options);
}

/// A CA and three hosts of it: one with its address, one with another name, one expired.
class CurlTransportTls : public testing::Test {
 protected:
  static TestCertificate::Options host(std::vector<std::string> names, bool expired = false) {
    return {.common_name = "xs1", .names = std::move(names), .expired = expired, .issuer = &ca()};
  }
  static const TestCertificate& ca() {
    static const TestCertificate made({.common_name = "test CA", .is_ca = true});
    return made;
  }
  static const TestCertificate& other_ca() {
    static const TestCertificate made({.common_name = "other CA", .is_ca = true});
    return made;
  }

  Result<Response> ask(const TinyServer& target, const TlsPolicy& policy) {
    return send(transport, post(secure(target, policy), "password=hunter2"));
  }
  /// The server was refused with these words, and saw nothing.
  void expect_refused(const TinyServer& target, const TlsPolicy& policy,
                      const testing::Matcher<std::string>& words) {
    const std::size_t before = target.application_bytes();
    const Result<Response> answer = ask(target, policy);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kTls) << answer.error().message;
    EXPECT_THAT(answer.error().message, words);
    EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
    EXPECT_EQ(target.application_bytes(), before);
  }
  void expect_accepted(const TinyServer& target, const TlsPolicy& policy) {
    const Result<Response> answer = ask(target, policy);
    EXPECT_TRUE(answer) << answer.error().message;
  }

  const PemFile ca_file{ca().pem()};
  const PemFile other_ca_file{other_ca().pem()};
  const std::shared_ptr<const TestCertificate> good = make(host({"IP:127.0.0.1"}));
  TinyServer server{{.tls = good}};
  CurlTransport transport;
};

const std::string kWrongPin = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

TEST_F(CurlTransportTls, RightCa) {
  const Result<Response> answer = ask(server, {.ca_file = ca_file.path()});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(answer->certificate_expiry, good->not_after());
}

TEST_F(CurlTransportTls, ACertificateWithoutEndLastsAsLongAsOurTimes) {
  TestCertificate::Options options = host({"IP:127.0.0.1"});
  options.endless = true;
  const std::shared_ptr<const TestCertificate> endless = make(options);
  TinyServer forever({.tls = endless});
  const Result<Response> answer = ask(forever, {.ca_file = ca_file.path()});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->certificate_expiry, WallTime(std::chrono::seconds(7258118399)));
}

TEST_F(CurlTransportTls, WrongCa) {
  expect_refused(server, {.ca_file = other_ca_file.path()},
                 AllOf(HasSubstr("issued by \"test CA\""), HasSubstr("tls.ca_file"), HasSubstr(good->pin())));
}

TEST_F(CurlTransportTls, SystemCasDoNotKnowUs) {
  expect_refused(server, {}, HasSubstr("tls.ca_file"));
}

TEST_F(CurlTransportTls, CaFileThatIsNone) {
  expect_refused(server, {.ca_file = "/nonexistent/ca.pem"}, HasSubstr("/nonexistent/ca.pem"));
}

TEST_F(CurlTransportTls, SelfSigned) {
  TinyServer own({.tls = make({.common_name = "xs9", .names = {"IP:127.0.0.1"}})});
  expect_refused(own, {.ca_file = ca_file.path()},
                 AllOf(HasSubstr("self-signed certificate \"xs9\""), HasSubstr("pinned_sha256")));
}

TEST_F(CurlTransportTls, SelfSignedCertificateAsItsOwnCaFile) {
  const auto certificate = make({.common_name = "xs9", .names = {"IP:127.0.0.1"}});
  const PemFile file(certificate->pem());
  TinyServer own({.tls = certificate});
  expect_accepted(own, {.ca_file = file.path()});
}

TEST_F(CurlTransportTls, WrongName) {
  TinyServer named({.tls = make(host({"DNS:xs7.example", "IP:10.0.0.7"}))});
  expect_refused(named, {.ca_file = ca_file.path()},
                 AllOf(HasSubstr("not for 127.0.0.1 but for xs7.example, 10.0.0.7"), HasSubstr("tls_name")));
  expect_refused(named, {.ca_file = ca_file.path(), .tls_name = "xs8.example"},
                 HasSubstr("not for xs8.example"));
}

TEST_F(CurlTransportTls, TlsNameIsCheckedAndSentWhileConnectingToTheAddress) {
  TinyServer named({.tls = make(host({"DNS:xs7.example"}))});
  const Result<Response> answer = ask(named, {.ca_file = ca_file.path(), .tls_name = "xs7.example"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->peer_ip, "127.0.0.1");
  EXPECT_EQ(named.server_names(), std::vector<std::string>{"xs7.example"});
  EXPECT_THAT(named.requests()[0].head, HasSubstr("Host: xs7.example:"));
}

TEST_F(CurlTransportTls, NameInCnOnly) {
  TestCertificate::Options options = host({});
  options.common_name = "xs7.example";
  TinyServer named({.tls = make(options)});
  expect_accepted(named, {.ca_file = ca_file.path(), .tls_name = "xs7.example"});
}

TEST_F(CurlTransportTls, ChainOnly) {
  TinyServer named({.tls = make(host({"DNS:xs7.example"}))});
  expect_accepted(named, {.ca_file = ca_file.path(), .verify_name = false});
  expect_refused(named, {.ca_file = other_ca_file.path(), .verify_name = false}, HasSubstr("not trusted"));
}

TEST_F(CurlTransportTls, PinAloneIsEnough) {
  expect_accepted(server, {.pins = {good->pin()}});
  expect_accepted(server, {.pins = {kWrongPin, good->pin()}});
  EXPECT_EQ(server.handshakes(), 2) << "a connection proven by another policy must not be used";
}

TEST_F(CurlTransportTls, WrongPin) {
  expect_refused(server, {.pins = {kWrongPin}},
                 AllOf(HasSubstr(good->pin()), HasSubstr("not in pinned_sha256")));
  expect_refused(server, {.pins = {kWrongPin, kWrongPin}}, HasSubstr(good->pin()));
}

TEST_F(CurlTransportTls, PinAndCaMustBothFit) {
  expect_refused(server, {.ca_file = other_ca_file.path(), .pins = {good->pin()}}, HasSubstr("not trusted"));
  expect_refused(server, {.ca_file = ca_file.path(), .pins = {kWrongPin}}, HasSubstr(good->pin()));
  expect_accepted(server, {.ca_file = ca_file.path(), .pins = {good->pin()}});
}

TEST_F(CurlTransportTls, Expired) {
  const auto certificate = make(host({"IP:127.0.0.1"}, true));
  TinyServer old({.tls = certificate});
  expect_refused(old, {.ca_file = ca_file.path()}, AllOf(HasSubstr("expired"), HasSubstr("renew")));
  const Result<Response> pinned = ask(old, {.pins = {certificate->pin()}});
  ASSERT_TRUE(pinned) << pinned.error().message;
  EXPECT_EQ(pinned->certificate_expiry, certificate->not_after());
}

TEST_F(CurlTransportTls, InsecureTakesAnybody) {
  TinyServer anybody({.tls = make({.common_name = "who", .expired = true})});
  expect_accepted(anybody, {.insecure_skip_verify = true});
}

TEST_F(CurlTransportTls, ACheckOnceSkippedIsNotSkippedForOthers) {
  expect_accepted(server, {.insecure_skip_verify = true});
  expect_refused(server, {.ca_file = other_ca_file.path()}, HasSubstr("not trusted"));
}

TEST_F(CurlTransportTls, KeptConnectionIsUsedAndStillTellsTheExpiry) {
  for (int i = 0; i < 5; ++i) {
    const Result<Response> answer = ask(server, {.ca_file = ca_file.path()});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->certificate_expiry, good->not_after());
  }
  EXPECT_EQ(server.handshakes(), 1);
}

TEST_F(CurlTransportTls, EachConnectionTellsItsOwnExpiry) {
  const auto expired = make(host({}, true));
  TinyServer old({.tls = expired});
  for (int i = 0; i < 3; ++i) {
    const Result<Response> first = ask(server, {.insecure_skip_verify = true});
    const Result<Response> second = ask(old, {.insecure_skip_verify = true});
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->certificate_expiry, good->not_after());
    EXPECT_EQ(second->certificate_expiry, expired->not_after());
  }
}

TEST_F(CurlTransportTls, ConnectOnlyChecksTheServerAnew) {
  expect_accepted(server, {.ca_file = ca_file.path()});
  Request request = post(secure(server, {.ca_file = ca_file.path()}));
  request.method = Request::Method::kConnectOnly;
  const Result<Response> answer = send(transport, request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->certificate_expiry, good->not_after());
  ASSERT_TRUE(answer->presented);
  EXPECT_EQ(answer->presented->pin, good->pin());
  EXPECT_EQ(answer->presented->not_after, good->not_after());
  EXPECT_TRUE(server.wait_for_handshakes(2));
  EXPECT_EQ(server.requests().size(), 1u);
  request.endpoint = std::make_shared<const Endpoint>(secure(server, {.ca_file = other_ca_file.path()}));
  const Result<Response> refused = send(transport, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTls);
}

TEST_F(CurlTransportTls, HangInTheHandshake) {
  TinyServer hung({.accept_only = true});
  Request request = post(secure(hung, {.insecure_skip_verify = true}), "x");
  request.connect_timeout = 100ms;
  const Result<Response> early = send(transport, request);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::kTimeout);
  EXPECT_THAT(early.error().message, HasSubstr("TLS handshake did not end within the connect timeout"));
  request.connect_timeout = kPatience;
  request.deadline = in(100ms);
  const Result<Response> late = send(transport, request);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  EXPECT_THAT(late.error().message, HasSubstr("before the deadline"));
}

TEST_F(CurlTransportTls, HangUpInTheHandshakeIsNoRefusal) {
  std::optional<Result<Response>> result;
  auto dying = std::make_unique<TinyServer>(TinyServer::Options{.accept_only = true});
  start(transport, post(secure(*dying, {.insecure_skip_verify = true})), result);
  transport.poll(in(0ms));
  ASSERT_TRUE(dying->wait_for_connections(1));
  dying.reset();
  ASSERT_TRUE(poll_until(transport, [&] { return result.has_value(); }));
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().code, ErrorCode::kUnreachable) << result->error().message;
}

TEST_F(CurlTransportTls, PlainServerOnATlsPort) {
  TinyServer plain_one({.greeting = http_answer("", "", "400 Bad Request")});
  const Result<Response> answer = ask(plain_one, {.insecure_skip_verify = true});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTls);
  EXPECT_THAT(answer.error().message, HasSubstr("no TLS on this port"));
  EXPECT_TRUE(plain_one.requests().empty());
}

/// XenServer 6.2: TLS 1.0, RSA key exchange, SHA-1 signature, and a key of its time.
class OldXenServer : public CurlTransportTls, public testing::WithParamInterface<TestCertificate::Key> {
 protected:
  const std::shared_ptr<const TestCertificate> old_certificate =
      make({.common_name = "xs62", .key = GetParam(), .sha1 = true});
  TinyServer old{{.tls = old_certificate,
                  .tls_min = TLS1_VERSION,
                  .tls_max = TLS1_VERSION,
                  .ciphers = "AES256-SHA@SECLEVEL=0"}};
};

TEST_P(OldXenServer, IsRefusedWithAdvice) {
  expect_refused(old, {.pins = {old_certificate->pin()}},
                 AllOf(HasSubstr("tls.min_version: \"1.0\""), HasSubstr("pinned_sha256")));
  EXPECT_EQ(old.handshakes(), 0);
}

TEST_P(OldXenServer, IsReachedWithMinVersionAndPin) {
  const Result<Response> answer =
      ask(old, {.pins = {old_certificate->pin()}, .min_version = TlsVersion::k1_0});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->certificate_expiry, old_certificate->not_after());
}

TEST_P(OldXenServer, WrongPinIsStillRefused) {
  expect_refused(old, {.pins = {kWrongPin}, .min_version = TlsVersion::k1_0},
                 HasSubstr(old_certificate->pin()));
}

TEST_P(OldXenServer, LowersNothingForOthers) {
  ASSERT_TRUE(ask(old, {.pins = {old_certificate->pin()}, .min_version = TlsVersion::k1_0}));
  TinyServer second({.tls = old_certificate, .tls_min = TLS1_VERSION, .tls_max = TLS1_1_VERSION});
  expect_refused(second, {.pins = {old_certificate->pin()}}, HasSubstr("tls.min_version"));
  EXPECT_EQ(second.handshakes(), 0);
  expect_accepted(server, {.ca_file = ca_file.path()});
}

INSTANTIATE_TEST_SUITE_P(Keys, OldXenServer,
                         testing::Values(TestCertificate::Key::kRsa1024, TestCertificate::Key::kRsa2048));

/// 8.2 and later: TLS 1.2 only, ECDHE-RSA with GCM.
TEST_F(CurlTransportTls, NewXenServerNeedsNoSettings) {
  TestCertificate::Options options = host({"IP:127.0.0.1"});
  options.key = TestCertificate::Key::kRsa2048;
  TinyServer current({.tls = make(options),
                      .tls_min = TLS1_2_VERSION,
                      .tls_max = TLS1_2_VERSION,
                      .ciphers = "ECDHE-RSA-AES256-GCM-SHA384"});
  expect_accepted(current, {.ca_file = ca_file.path()});
}

TEST_F(CurlTransportTls, MinVersion13RefusesA12Server) {
  TinyServer older({.tls = good, .tls_min = TLS1_2_VERSION, .tls_max = TLS1_2_VERSION});
  const Result<Response> answer = ask(older, {.ca_file = ca_file.path(), .min_version = TlsVersion::k1_3});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTls);
}

}  // namespace
}  // namespace xenha::http
