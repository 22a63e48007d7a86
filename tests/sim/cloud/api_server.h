// The management server's HTTP side: /client/api, signatures, rights, envelopes.
#pragma once

#include <memory>
#include <optional>

#include "lib/base/result.h"
#include "tests/sim/cloud/cloud.h"
#include "tests/sim/wire/tls_identity.h"

namespace xenha::sim::cloud {

/// Binds the cloud's address, on `port` unless its spec names another. Errors: kBadConfig.
Status open_api(Cloud& cloud, std::uint16_t port, const std::optional<TlsIdentity>& tls);

}  // namespace xenha::sim::cloud
