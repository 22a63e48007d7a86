#include "tests/sim/wire/tls_identity.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include "lib/base/handle.h"

namespace xenha::sim {
namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;
using Memory = Handle<BIO, BIO_free_all>;
using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;

Error openssl_error(std::string_view what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return {ErrorCode::kBadConfig, std::string(what) + ": " + text.data()};
}

Key make_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::kRsa1024:
      return Key(EVP_RSA_gen(1024));
    case KeyKind::kRsa2048:
      return Key(EVP_RSA_gen(2048));
    case KeyKind::kEcP256:
      return Key(EVP_EC_gen("P-256"));
  }
  return nullptr;
}

bool add_extension(X509* certificate, X509V3_CTX* context, int nid, const std::string& value) {
  const Extension extension(X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool is_ip(const std::string& name) {
  std::array<unsigned char, 16> address{};
  return inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

std::string alt_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ",") + std::string(is_ip(name) ? "IP:" : "DNS:") + name;
  return text;
}

bool set_subject(X509* certificate, const std::string& common_name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, static_cast<int>(common_name.size()),
                                    -1, 0) == 1;
}

Certificate make_certificate(const IdentityOptions& options, EVP_PKEY* key, X509* issuer,
                             EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  X509* const x509 = certificate.get();
  const auto seconds_of = [](WallTime when) { return std::chrono::system_clock::to_time_t(when); };
  const Handle<BIGNUM, BN_free> serial(BN_new());
  if (BN_rand(serial.get(), 120, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) != 1 ||
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(x509)) == nullptr ||
      X509_set_version(x509, X509_VERSION_3) != 1 || !set_subject(x509, options.common_name) ||
      X509_set_pubkey(x509, key) != 1 ||
      ASN1_TIME_set(X509_getm_notBefore(x509), seconds_of(options.not_before)) == nullptr ||
      ASN1_TIME_set(X509_getm_notAfter(x509), seconds_of(options.not_after)) == nullptr ||
      X509_set_issuer_name(x509, X509_get_subject_name(issuer != nullptr ? issuer : x509)) != 1)
    return nullptr;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer != nullptr ? issuer : x509, x509, nullptr, nullptr, 0);
  // A self-signed host certificate serves as its own CA file at the client.
  const bool ca = options.is_ca || issuer == nullptr;
  if (!add_extension(x509, &context, NID_basic_constraints, ca ? "critical,CA:TRUE" : "CA:FALSE") ||
      (!options.names.empty() &&
       !add_extension(x509, &context, NID_subject_alt_name, alt_names(options.names))) ||
      X509_sign(x509, issuer_key, EVP_sha256()) == 0)
    return nullptr;
  return certificate;
}

std::string pem_of(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pin_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  std::array<unsigned char, 32> digest{};
  EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  std::array<unsigned char, 45> text{};
  EVP_EncodeBlock(text.data(), digest.data(), digest.size());
  return reinterpret_cast<const char*>(text.data());
}

int protocol(TlsVersion version) {
  constexpr std::array kProtocols{TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  return kProtocols[static_cast<std::size_t>(version)];
}

bool set_up(SSL_CTX* context, const TlsProfile& tls) {
  SSL_CTX_set_security_level(context, tls.security_level);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  const std::string ciphers = tls.ciphers.empty() ? "DEFAULT" : tls.ciphers;
  return SSL_CTX_set_min_proto_version(context, protocol(tls.min)) == 1 &&
         SSL_CTX_set_max_proto_version(context, protocol(tls.max)) == 1 &&
         SSL_CTX_set_cipher_list(context, ciphers.c_str()) == 1 &&
         (tls.groups.empty() || SSL_CTX_set1_groups_list(context, tls.groups.c_str()) == 1);
}

}  // namespace

TlsProfile tls_profile(Release release) {
  TlsProfile profile;
  if (release <= Release::k65) {
    profile = {.min = TlsVersion::k10,
               .max = TlsVersion::k10,
               .ciphers = "AES256-SHA:AES128-SHA",
               .security_level = 0};
  } else if (release == Release::k70) {
    profile.ciphers = "AES128-SHA256";
  } else if (release <= Release::k80) {
    profile.ciphers = "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-GCM-SHA384:AES256-SHA256:AES128-SHA256";
  } else {
    profile.ciphers = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256";
    profile.groups = "P-384";
  }
  return profile;
}

TlsIdentity::State::~State() {
  SSL_CTX_free(context);
}

Result<TlsIdentity> make_identity(const IdentityOptions& options) {
  const Key key = make_key(options.key);
  if (!key) return openssl_error("cannot make a key");
  SSL_CTX* const issuer_context = options.issuer != nullptr ? options.issuer->context() : nullptr;
  X509* const issuer = issuer_context != nullptr ? SSL_CTX_get0_certificate(issuer_context) : nullptr;
  EVP_PKEY* const issuer_key = issuer != nullptr ? SSL_CTX_get0_privatekey(issuer_context) : key.get();
  const Certificate certificate = make_certificate(options, key.get(), issuer, issuer_key);
  if (!certificate) return openssl_error("cannot make a certificate for " + options.common_name);

  TlsIdentity identity;
  identity.state_ = std::make_shared<TlsIdentity::State>();
  TlsIdentity::State& state = *identity.state_;
  state.context = SSL_CTX_new(TLS_server_method());
  if (state.context == nullptr || !set_up(state.context, options.tls) ||
      SSL_CTX_use_certificate(state.context, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(state.context, key.get()) != 1)
    return openssl_error("cannot set up TLS for " + options.common_name);
  state.certificate_pem = pem_of(certificate.get());
  state.ca_pem = issuer != nullptr ? options.issuer->certificate_pem() : state.certificate_pem;
  state.pin = pin_of(key.get());
  return identity;
}

}  // namespace xenha::sim
