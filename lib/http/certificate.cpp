#include "lib/http/certificate.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

#include "lib/base/wall_time.h"
#include "lib/http/base64.h"

namespace xenha::http {
namespace {

/// Names come from an unknown peer and end in logs: printable ASCII only, and not endless.
std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  std::string out(text.substr(0, kLongest));
  for (char& c : out)
    if (c < 0x20 || c > 0x7e) c = '?';
  return out;
}

std::string text_of(const ASN1_STRING* value) {
  return printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                    static_cast<std::size_t>(ASN1_STRING_length(value))});
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  return at < 0 ? std::string() : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::string address_of(const ASN1_OCTET_STRING* value) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(value) != 16) return "?";
  return inet_ntop(family, ASN1_STRING_get0_data(value), text.data(), text.size());
}

std::vector<std::string> alternative_names(const X509* certificate) {
  constexpr std::size_t kMost = 8;
  std::vector<std::string> out;
  const Handle<GENERAL_NAMES, GENERAL_NAMES_free> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()) && out.size() < kMost; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) out.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) out.push_back(address_of(name->d.iPAddress));
  }
  return out;
}

std::string pin_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (length <= 0) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const int ok =
      EVP_Digest(der, static_cast<std::size_t>(length), digest.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  if (ok != 1) return {};
  return base64({reinterpret_cast<const char*>(digest.data()), 32});
}

}  // namespace

WallTime not_after(const X509* certificate) {
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) != 1) return {};
  // 99991231235959Z, which RFC 5280 has for a certificate without end, is beyond what WallTime can hold.
  return *wall_time(std::clamp<std::int64_t>(timegm(&when), 0, kLastUnixSecond));
}

CertificateFacts describe(X509* certificate) {
  CertificateFacts facts;
  facts.subject = common_name(X509_get_subject_name(certificate));
  facts.issuer = common_name(X509_get_issuer_name(certificate));
  facts.names = alternative_names(certificate);
  if (facts.names.empty() && !facts.subject.empty()) facts.names.push_back(facts.subject);
  facts.pin = pin_of(certificate);
  facts.not_after = not_after(certificate);
  return facts;
}

}  // namespace xenha::http
