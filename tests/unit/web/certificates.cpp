#include "tests/unit/web/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

#include "lib/base/handle.h"

namespace xenha::web::testing {
namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;
using File = Handle<FILE, fclose>;

void need(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

void add_extension(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  need(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

Certificate start_certificate(EVP_PKEY* key, const std::string& common_name) {
  static std::atomic<long> serial{1000};
  Certificate certificate(X509_new());
  need(certificate != nullptr, "X509_new");
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  return certificate;
}

Identity store(const std::filesystem::path& directory, const std::string& name, X509* certificate,
               EVP_PKEY* key) {
  Identity identity{directory / (name + ".crt"), directory / (name + ".key")};
  const File cert_file(std::fopen(identity.cert.c_str(), "w"));
  const File key_file(std::fopen(identity.key.c_str(), "w"));
  need(cert_file && key_file, "cannot write certificates");
  need(PEM_write_X509(cert_file.get(), certificate) == 1, "certificate");
  need(PEM_write_PrivateKey(key_file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "key");
  return identity;
}

Key make_key() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  need(key != nullptr, "key");
  return key;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "xenha-web-XXXXXX").string();
  need(mkdtemp(pattern.data()) != nullptr, "mkdtemp");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryDirectory::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name) << text;
  return path_ / name;
}

Identity make_ca(const std::filesystem::path& directory, const std::string& name) {
  const Key key = make_key();
  const Certificate certificate = start_certificate(key.get(), name);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  need(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "sign");
  return store(directory, name, certificate.get(), key.get());
}

Identity make_identity(const std::filesystem::path& directory, const std::string& name, const Identity& ca,
                       const std::string& common_name) {
  const File ca_cert_file(std::fopen(ca.cert.c_str(), "r"));
  const File ca_key_file(std::fopen(ca.key.c_str(), "r"));
  need(ca_cert_file && ca_key_file, "no CA");
  const Certificate issuer(PEM_read_X509(ca_cert_file.get(), nullptr, nullptr, nullptr));
  const Key issuer_key(PEM_read_PrivateKey(ca_key_file.get(), nullptr, nullptr, nullptr));
  const Key key = make_key();
  const Certificate certificate = start_certificate(key.get(), common_name);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  need(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) > 0, "sign");
  return store(directory, name, certificate.get(), key.get());
}

}  // namespace xenha::web::testing
