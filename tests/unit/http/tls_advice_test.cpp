#include "lib/http/tls_advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

namespace xenha::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TlsFailure chain(int code) {
  CertificateFacts facts{
      .subject = "xs1", .issuer = "corp CA", .names = {"xs1"}, .pin = "PIN=", .not_after = {}};
  return {.kind = TlsFailure::Kind::kChain, .verify_code = code, .library_text = "", .presented = facts};
}

TEST(TlsAdvice, NamesTheRemedyOfEachChainProblem) {
  const Endpoint host{};
  EXPECT_THAT(explain(chain(X509_V_ERR_CERT_HAS_EXPIRED), host),
              HasSubstr("expired (the host's own on 1970-01-01)"));
  EXPECT_THAT(explain(chain(X509_V_ERR_CERT_NOT_YET_VALID), host), HasSubstr("clocks"));
  EXPECT_THAT(explain(chain(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT), host), HasSubstr("tls.ca_file"));
  EXPECT_THAT(explain(chain(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY), host),
              HasSubstr("issued by \"corp CA\""));
  EXPECT_THAT(explain(chain(X509_V_ERR_EE_KEY_TOO_SMALL), host), HasSubstr("tls.min_version: \"1.0\""));
  EXPECT_THAT(explain(chain(X509_V_ERR_CERT_REVOKED), host), HasSubstr("revoked"));
}

TEST(TlsAdvice, OldTlsIsAdvisedOnlyWhereItIsNotAllowedYet) {
  const TlsFailure failure{.kind = TlsFailure::Kind::kHandshake,
                           .library_text = "error:0A00042E:SSL routines::tlsv1 alert protocol version"};
  Endpoint host;
  EXPECT_THAT(explain(failure, host), HasSubstr("tls.min_version: \"1.0\""));
  host.policy.min_version = TlsVersion::k1_0;
  EXPECT_THAT(explain(failure, host), Not(HasSubstr("min_version")));
}

// Pools have tls_name and scheme; CloudStacks and our daemons have a URL, and neither key.
TEST(TlsAdvice, HoldsWhereTheAddressIsAUrl) {
  const Endpoint server{.address = "10.0.0.2"};
  TlsFailure failure = chain(X509_V_OK);
  failure.kind = TlsFailure::Kind::kName;
  EXPECT_THAT(explain(failure, server), AllOf(HasSubstr("not for 10.0.0.2 but for xs1"),
                                              HasSubstr("in the URL"), HasSubstr("tls_name")));
  failure = {.kind = TlsFailure::Kind::kHandshake, .library_text = "SSL routines::wrong version number"};
  EXPECT_THAT(explain(failure, server), AllOf(HasSubstr("takes http, not https"), Not(HasSubstr("scheme"))));
}

TEST(TlsAdvice, MalformedPinWithoutCertificate) {
  EXPECT_THAT(explain({.kind = TlsFailure::Kind::kPin}, Endpoint{}), HasSubstr("44 base64 characters"));
}

}  // namespace
}  // namespace xenha::http
