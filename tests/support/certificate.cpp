#include "tests/support/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "lib/base/wall_time.h"

namespace xenha::test {
namespace {

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "test certificate: %s failed\n", what);
  std::abort();
}

EVP_PKEY* make_key(TestCertificate::Key kind) {
  switch (kind) {
    case TestCertificate::Key::kEcP256:
      return EVP_EC_gen("P-256");
    case TestCertificate::Key::kRsa2048:
      return EVP_RSA_gen(2048);
    case TestCertificate::Key::kRsa1024:
      return EVP_RSA_gen(1024);
  }
  return nullptr;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  must(extension && X509_add_ext(certificate, extension, -1) == 1, value.c_str());
  X509_EXTENSION_free(extension);
}

void set_names(X509* certificate, const TestCertificate::Options& options) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(options.common_name.c_str());
  must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1, "subject");
  const X509* issuer = options.issuer ? options.issuer->certificate() : certificate;
  must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1, "issuer");
  std::string names;
  for (const std::string& name : options.names) names += (names.empty() ? "" : ",") + name;
  if (!names.empty()) add_extension(certificate, NID_subject_alt_name, names);
  if (options.is_ca) add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
}

}  // namespace

TestCertificate::TestCertificate(const Options& options)
    : key_(make_key(options.key)), certificate_(X509_new()) {
  static std::atomic<long> serial{1};
  must(key_ && certificate_, "key");
  X509* made = certificate_.get();
  const long day = 24 * 3600;
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made), -30 * day);
  X509_gmtime_adj(X509_getm_notAfter(made), options.expired ? -day : 400 * day);
  if (options.endless) ASN1_TIME_set_string_X509(X509_getm_notAfter(made), "99991231235959Z");
  std::tm end{};
  ASN1_TIME_to_tm(X509_get0_notAfter(made), &end);
  not_after_ = WallTime(std::chrono::seconds(std::min<std::int64_t>(timegm(&end), kLastUnixSecond)));
  X509_set_pubkey(made, key_.get());
  set_names(made, options);
  EVP_PKEY* signer = options.issuer ? options.issuer->key() : key_.get();
  must(X509_sign(made, signer, options.sha1 ? EVP_sha1() : EVP_sha256()) > 0, "signature");
}

std::string TestCertificate::pem() const {
  const Handle<BIO, BIO_free_all> memory(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(memory.get(), certificate_.get()) == 1, "PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string TestCertificate::pin() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  must(size > 0, "public key");
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(der, static_cast<std::size_t>(size), digest);
  OPENSSL_free(der);
  unsigned char text[45];
  EVP_EncodeBlock(text, digest, sizeof digest);
  return reinterpret_cast<char*>(text);
}

PemFile::PemFile(const std::string& text) {
  const char* folder = std::getenv("TMPDIR");
  path_ = std::string(folder && *folder ? folder : "/tmp") + "/xenha-test-XXXXXX";
  const int file = mkstemp(path_.data());
  must(file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "PEM file");
  ::close(file);
}

PemFile::~PemFile() {
  ::unlink(path_.c_str());
}

}  // namespace xenha::test
