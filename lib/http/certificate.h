// What a server's certificate says, in words for an operator.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/handle.h"
#include "lib/http/certificate_facts.h"

namespace xenha::http {

using Certificate = Handle<X509, X509_free>;

/// Never before 1970 nor after 2199, whatever the certificate says.
WallTime not_after(const X509* certificate);
CertificateFacts describe(X509* certificate);

}  // namespace xenha::http
