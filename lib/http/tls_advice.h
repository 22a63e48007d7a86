// Turns a refused TLS connection into a sentence that says what is wrong and what to do about it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/http/certificate.h"
#include "lib/http/transport.h"

namespace xenha::http {

struct TlsFailure {
  enum class Kind {
    kPin,        ///< none of the pins fits the key presented
    kChain,      ///< `verify_code` is why the chain was refused
    kName,       ///< the chain is good, the name is not
    kCaFile,     ///< the CA file cannot be used
    kHandshake,  ///< no TLS connection at all; `library_text` says why
  };
  Kind kind{};
  int verify_code = 0;            ///< X509_V_ERR_...
  std::string library_text = {};  ///< curl's or OpenSSL's words
  std::optional<CertificateFacts> presented = {};
};

/// One line, without the endpoint's address. Names configuration keys as they stand in the file.
std::string explain(const TlsFailure& failure, const Endpoint& endpoint);

}  // namespace xenha::http
