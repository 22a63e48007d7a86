#include "lib/http/tls_advice.h"

#include <openssl/x509_vfy.h>

#include "lib/base/wall_time.h"

namespace xenha::http {
namespace {

constexpr std::string_view kOldTls =
    "XenServer 6.x speaks only TLS 1.0: if this is one, allow it with tls.min_version: \"1.0\" and a pin in "
    "pinned_sha256";

std::string day(WallTime when) {
  return utc_text(when, "%Y-%m-%d");
}

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "no name at all" : out;
}

/// "; the key presented has the pin ..." or nothing if no certificate came.
std::string presented_pin(const TlsFailure& failure) {
  if (!failure.presented) return {};
  return " (pin of the key presented: " + failure.presented->pin + "; compare it on the host first)";
}

std::string explain_pin(const TlsFailure& failure) {
  if (!failure.presented)
    return "no pin in pinned_sha256 fits, or one is malformed (44 base64 characters each)";
  return "wrong key: the server presented the pin " + failure.presented->pin + " (certificate \"" +
         failure.presented->subject + "\", valid until " + day(failure.presented->not_after) +
         "), which is not in pinned_sha256. If the host's certificate was made anew, compare the pin on the "
         "host and "
         "change it in the configuration; if not, somebody else is answering";
}

std::string explain_name(const TlsFailure& failure, const Endpoint& endpoint) {
  const std::string& wanted = endpoint.policy.tls_name.empty() ? endpoint.address : endpoint.policy.tls_name;
  const std::string carried = failure.presented ? join(failure.presented->names) : "other names";
  return "the certificate is not for " + wanted + " but for " + carried +
         ": use the right one of them (tls_name of a pool's host, else in the URL), or "
         "tls.verify_name: false to check the CA only";
}

std::string explain_chain(const TlsFailure& failure) {
  const std::string subject = failure.presented ? failure.presented->subject : "";
  const std::string issuer = failure.presented ? failure.presented->issuer : "";
  switch (failure.verify_code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "a certificate expired" +
             (failure.presented ? " (the host's own on " + day(failure.presented->not_after) + ")" : "") +
             ": renew it on the host, or pin its key with pinned_sha256 instead of tls.ca_file" +
             presented_pin(failure);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the certificate is not valid yet: compare the clocks of the host and of this machine";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "self-signed certificate \"" + subject +
             "\": save it and name it in tls.ca_file, or pin its key with pinned_sha256" +
             presented_pin(failure);
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "certificate \"" + subject + "\" was issued by \"" + issuer +
             "\", which is not trusted: name the CA's certificate in tls.ca_file, or pin the key with "
             "pinned_sha256" +
             presented_pin(failure);
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return std::string("the certificate's key or signature is too weak. ") + std::string(kOldTls);
    default:
      return std::string("the certificate was refused: ") +
             X509_verify_cert_error_string(failure.verify_code) +
             "; name the right CA in tls.ca_file or pin the key with pinned_sha256" + presented_pin(failure);
  }
}

std::string explain_handshake(const TlsFailure& failure, const Endpoint& endpoint) {
  const std::string& text = failure.library_text;
  const auto says = [&text](std::string_view words) { return text.find(words) != std::string::npos; };
  if (says("wrong version number") || says("packet length too long") || says("http request"))
    return "no TLS on this port: wrong port, or a plain one that takes http, not https (" + text + ")";
  if (endpoint.policy.min_version < TlsVersion::k1_2) return "no TLS connection: " + text;
  if (says("unsupported protocol") || says("protocol version") || says("legacy sigalg") ||
      says("renegotiation") || says("key too small") || says("handshake failure") ||
      says("wrong signature type"))
    return "no TLS version or cipher in common with the server (" + text + "). " + std::string(kOldTls);
  return "no TLS connection: " + text;
}

}  // namespace

std::string explain(const TlsFailure& failure, const Endpoint& endpoint) {
  switch (failure.kind) {
    case TlsFailure::Kind::kPin:
      return explain_pin(failure);
    case TlsFailure::Kind::kChain:
      return explain_chain(failure);
    case TlsFailure::Kind::kName:
      return explain_name(failure, endpoint);
    case TlsFailure::Kind::kCaFile:
      return "the CA file cannot be read or holds no PEM certificate: " +
             (endpoint.policy.ca_file.empty() ? "the system's (install ca-certificates, or set tls.ca_file)"
                                              : endpoint.policy.ca_file);
    case TlsFailure::Kind::kHandshake:
      return explain_handshake(failure, endpoint);
  }
  return failure.library_text;
}

}  // namespace xenha::http
