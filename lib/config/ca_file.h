// A file of CA certificates, looked at before anyone trusts it.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace xenha::config {

/// Reads a PEM file of at least one certificate and gives a fingerprint of its content, which changes when
/// the file is replaced. Errors (kBadConfig) begin with the path.
Result<std::string> fingerprint_of_ca_file(const std::string& path);

}  // namespace xenha::config
