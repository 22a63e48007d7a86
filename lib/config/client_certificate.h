// The certificate with which a program of ours says who it is, looked at before a server is shown it.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace xenha::config {

/// Whether a PEM file begins with a certificate. Errors (kBadConfig) begin with the path.
Status certificate_problem(const std::string& path);

/// Whether a PEM file holds the private key of `certificate`, without a passphrase, which nobody could type.
/// Gives whether every user of this machine can read the file. Errors (kBadConfig) begin with the path.
Result<bool> key_problem(const std::string& path, const std::string& certificate);

}  // namespace xenha::config
