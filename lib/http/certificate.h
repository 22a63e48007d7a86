// What a server's certificate says, in words for an operator.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/handle.h"

namespace xenha::http {

using Certificate = Handle<X509, X509_free>;

struct CertificateFacts {
  std::string subject;             ///< CN, or "" if it has none
  std::string issuer;              ///< CN of the issuer, or ""
  std::vector<std::string> names;  ///< subjectAltName DNS and IP entries; without any, the CN
  std::string pin;                 ///< base64 SHA-256 of the public key, as in pinned_sha256
  WallTime not_after;
};

/// Never before 1970 nor after 2199, whatever the certificate says.
WallTime not_after(const X509* certificate);
CertificateFacts describe(X509* certificate);

}  // namespace xenha::http
