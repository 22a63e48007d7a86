// Certificates and keys made in memory, for servers inside a test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/handle.h"

struct evp_pkey_st;
struct x509_st;
struct ssl_ctx_st;
extern "C" {
void EVP_PKEY_free(evp_pkey_st* key);
void X509_free(x509_st* certificate);
void SSL_CTX_free(ssl_ctx_st* context);
}

namespace xenha::test {

class TestCertificate {
 public:
  enum class Key { kEcP256, kRsa2048, kRsa1024 };
  struct Options {
    std::string common_name = "test host";
    std::vector<std::string> names =
        {};  ///< subjectAltName in OpenSSL's form: "IP:127.0.0.1", "DNS:xs1.example"
    Key key = Key::kEcP256;
    bool sha1 = false;     ///< signed with SHA-1, as XenServer 6.2 does
    bool expired = false;  ///< ended yesterday
    bool endless = false;  ///< notAfter is the last second of the year 9999; not_after() that of 2199
    bool is_ca = false;
    const TestCertificate* issuer = nullptr;  ///< null: self-signed; used during the call only
  };
  /// Ends the process with a word on a failure of OpenSSL: a test cannot go on.
  explicit TestCertificate(const Options& options);

  std::string pem() const;
  /// Base64 of the SHA-256 of the public key, 44 characters.
  std::string pin() const;
  WallTime not_after() const { return not_after_; }
  evp_pkey_st* key() const { return key_.get(); }
  x509_st* certificate() const { return certificate_.get(); }

 private:
  Handle<evp_pkey_st, EVP_PKEY_free> key_;
  Handle<x509_st, X509_free> certificate_;
  WallTime not_after_;
};

/// A PEM file that is gone at the end of the test.
class PemFile {
 public:
  explicit PemFile(const std::string& text);
  ~PemFile();
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace xenha::test
