// What a server's certificate says, as a plain value.
#pragma once

#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::http {

struct CertificateFacts {
  std::string subject;             ///< CN, or "" if it has none
  std::string issuer;              ///< CN of the issuer, or ""
  std::vector<std::string> names;  ///< subjectAltName DNS and IP entries; without any, the CN
  std::string pin;                 ///< base64 SHA-256 of the public key, as in pinned_sha256
  WallTime not_after;
};

}  // namespace xenha::http
