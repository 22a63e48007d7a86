#include <gtest/gtest.h>

#include "tests/sim/wire/tests/server_fixture.h"

namespace xenha::sim {
namespace {

using namespace std::chrono_literals;

TlsIdentity identity(IdentityOptions options) {
  if (options.common_name.empty()) options.common_name = "127.0.0.1";
  auto made = make_identity(options);
  if (!made) throw std::runtime_error(made.error().message);
  return *made;
}

std::string s_client(const TestListener& server, const std::string& arguments) {
  return run_program("echo | timeout 5 openssl s_client -connect 127.0.0.1:" + std::to_string(server.port()) +
                     " " + arguments)
      .output;
}

TEST(Tls, SelfSignedCertificateServesAsItsOwnCaFile) {
  LoopThread loop;
  const TlsIdentity host = identity({.names = {"127.0.0.1", "host1.example"}});
  TestListener server(loop, {.tls = host}, echo());
  const TemporaryFile ca(host.ca_pem());
  EXPECT_EQ(curl("--cacert " + ca.path() + " " + server.url("/a")).output, "GET /a\n");
  EXPECT_EQ(curl(server.url("/a")).exit_code, 60);  // not known to anybody
}

TEST(Tls, PinIsWhatCurlComputes) {
  LoopThread loop;
  const TlsIdentity host = identity({});
  const TlsIdentity other = identity({.key = KeyKind::kEcP256});
  ASSERT_EQ(host.pin().size(), 44u);
  TestListener server(loop, {.tls = host}, echo());
  EXPECT_EQ(curl("-k --pinnedpubkey sha256//" + host.pin() + " " + server.url("/a")).output, "GET /a\n");
  EXPECT_EQ(curl("-k --pinnedpubkey sha256//" + other.pin() + " " + server.url("/a")).exit_code, 90);
}

TEST(Tls, CertificateOfAnAuthority) {
  LoopThread loop;
  const TlsIdentity authority = identity({.common_name = "the lab", .is_ca = true});
  const TlsIdentity host = identity({.names = {"127.0.0.1"}, .key = KeyKind::kEcP256, .issuer = &authority});
  EXPECT_EQ(host.ca_pem(), authority.certificate_pem());
  TestListener server(loop, {.tls = host}, echo());
  const TemporaryFile ca(authority.certificate_pem());
  EXPECT_EQ(curl("--cacert " + ca.path() + " " + server.url("/a")).output, "GET /a\n");
}

TEST(Tls, ExpiredCertificateIsSeen) {
  LoopThread loop;
  const TlsIdentity host =
      identity({.names = {"127.0.0.1"}, .not_after = std::chrono::system_clock::now() - 1h});
  TestListener server(loop, {.tls = host}, echo());
  const TemporaryFile ca(host.ca_pem());
  const ProgramResult result = curl("--cacert " + ca.path() + " " + server.url());
  EXPECT_EQ(result.exit_code, 60);
  EXPECT_NE(result.output.find("expired"), std::string::npos) << result.output;
}

TEST(Tls, OldReleasesSpeakNothingButTls10) {
  LoopThread loop;
  const TlsIdentity host = identity({.key = KeyKind::kRsa1024, .tls = tls_profile(Release::k62)});
  TestListener server(loop, {.tls = host}, echo());
  EXPECT_EQ(curl("-k --tlsv1.2 " + server.url()).exit_code, 35);
  EXPECT_EQ(curl("-k --tlsv1.0 --ciphers DEFAULT@SECLEVEL=0 " + server.url("/a")).output, "GET /a\n");
  const std::string seen = s_client(server, "-tls1 -cipher ALL@SECLEVEL=0");
  EXPECT_NE(seen.find("Cipher is AES256-SHA\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("Protocol  : TLSv1\n"), std::string::npos) << seen;
  EXPECT_EQ(s_client(server, "-tls1_2").find("Cipher is AES"), std::string::npos);
}

TEST(Tls, Release82SpeaksNothingButTls12WithP384) {
  LoopThread loop;
  const TlsIdentity host = identity({.tls = tls_profile(Release::k82)});
  TestListener server(loop, {.tls = host}, echo());
  EXPECT_EQ(curl("-k " + server.url("/a")).output, "GET /a\n");
  const std::string seen = s_client(server, "");
  EXPECT_NE(seen.find("Cipher is ECDHE-RSA-AES256-GCM-SHA384"), std::string::npos) << seen;
  EXPECT_NE(seen.find("secp384r1"), std::string::npos) << seen;
  EXPECT_EQ(s_client(server, "-groups P-256").find("Cipher is ECDHE"), std::string::npos);
  EXPECT_EQ(s_client(server, "-tls1_3").find("Cipher is TLS_AES"), std::string::npos);
}

TEST(Tls, Release70ExchangesKeysByRsa) {
  LoopThread loop;
  const TlsIdentity host = identity({.tls = tls_profile(Release::k70)});
  TestListener server(loop, {.tls = host}, echo());
  EXPECT_NE(s_client(server, "").find("Cipher is AES128-SHA256"), std::string::npos);
}

TEST(Tls, LargeAnswersAndBodiesArriveWhole) {
  LoopThread loop;
  const std::string large(5'000'000, 'x');
  TestListener server(loop, {.tls = identity({})}, [&](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond(200, "text/plain", std::to_string(exchange->request().body.size()) + large);
  });
  const TemporaryFile body(std::string(250'000, 'b'));
  const ProgramResult result = curl("-k -H Expect: --data-binary @" + body.path() + " " + server.url());
  EXPECT_EQ(result.output.size(), large.size() + 6);
  EXPECT_TRUE(result.output.starts_with("250000x"));
}

TEST(Tls, EndOfAnAnswerWithoutLengthIsAnnounced) {
  LoopThread loop;
  TestListener server(loop, {.tls = identity({})}, [](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond_close_delimited("text/plain", "all of it");
  });
  const ProgramResult result = curl("-k " + server.url());
  EXPECT_EQ(result.exit_code, 0);  // without close_notify it would be an error
  EXPECT_EQ(result.output, "all of it");
}

TEST(Tls, PlainTextOnATlsPortIsDropped) {
  LoopThread loop;
  TestListener server(loop, {.tls = identity({})}, echo());
  EXPECT_NE(curl("http://127.0.0.1:" + std::to_string(server.port()) + "/").exit_code, 0);
  EXPECT_EQ(curl("-k " + server.url("/still")).output, "GET /still\n");
}

TEST(Tls, SaysWhatIsWrongWithAnIdentity) {
  const auto made = make_identity({.common_name = "x", .tls = {.ciphers = "NO-SUCH-CIPHER"}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kBadConfig);
  EXPECT_NE(made.error().message.find("no cipher match"), std::string::npos) << made.error().message;
}

}  // namespace
}  // namespace xenha::sim
