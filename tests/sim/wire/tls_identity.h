// Certificates made in memory, and the TLS that XenServer's releases speak.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "tests/sim/wire/release.h"

struct ssl_ctx_st;

namespace xenha::sim {

enum class TlsVersion { k10, k11, k12, k13 };
enum class KeyKind {
  kRsa2048,  ///< as real hosts have; tens of milliseconds to make
  kRsa1024,  ///< as 6.2 has; clients need security level 0 or 1 for it
  kEcP256,   ///< made at once: for fleets of thousands
};

/// What a server offers. `ciphers` is OpenSSL's list for TLS 1.2 and older.
struct TlsProfile {
  TlsVersion min = TlsVersion::k12;
  TlsVersion max = TlsVersion::k12;
  std::string ciphers = {};  ///< empty: OpenSSL's default
  std::string groups = {};   ///< curves, e.g. "P-384"; empty: OpenSSL's default
  int security_level = 1;    ///< 0 for TLS 1.0, 1.1 and SHA-1
};
/// As the release's stunnel is set up (reference, version matrix): 6.2 and 6.5 TLS 1.0 with AES-SHA, 7.0
/// TLS 1.2 with RSA key exchange, 7.1 ... 8.0 ECDHE too, 8.2 and later ECDHE-RSA with GCM and P-384 only. The
/// ECDHE-RSA ones need an RSA key.
TlsProfile tls_profile(Release release);

class TlsIdentity;

struct IdentityOptions {
  std::string common_name;
  std::vector<std::string> names = {};  ///< subjectAltName: IP addresses and DNS names, told apart by form
  WallTime not_before = std::chrono::system_clock::now() - std::chrono::hours(24);
  WallTime not_after = std::chrono::system_clock::now() + std::chrono::hours(24 * 3650);  ///< past: expired
  KeyKind key = KeyKind::kRsa2048;
  bool is_ca = false;
  const TlsIdentity* issuer = nullptr;  ///< null: self-signed; used during the call only
  TlsProfile tls = {};
};

/// A key with its certificate, ready to serve. Copies share the same key. Read-only after it was made.
class TlsIdentity {
 public:
  const std::string& certificate_pem() const { return state_->certificate_pem; }
  /// The issuer's certificate; of a self-signed one its own. What a client gives as CA file.
  const std::string& ca_pem() const { return state_->ca_pem; }
  /// Base64 of the SHA-256 of the public key, as in curl's "sha256//...", 44 characters.
  const std::string& pin() const { return state_->pin; }
  /// For the server only.
  ssl_ctx_st* context() const { return state_->context; }

 private:
  friend Result<TlsIdentity> make_identity(const IdentityOptions& options);
  struct State {
    ~State();
    ssl_ctx_st* context = nullptr;
    std::string certificate_pem, ca_pem, pin;
  };
  std::shared_ptr<State> state_;
};

/// Errors: kBadConfig with OpenSSL's words.
Result<TlsIdentity> make_identity(const IdentityOptions& options);

}  // namespace xenha::sim
