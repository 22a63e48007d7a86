// The hosts' certificates: one CA for the simulation, one key per host (one shared elliptic key for large
// fleets), in the TLS of the host's release.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "lib/base/result.h"
#include "tests/sim/wire/tls_identity.h"

namespace xenha::sim {

class World;
struct Host;

class Certificates {
 public:
  /// Without TLS in the options it is empty. With a tls_dir it writes ca.pem, ADDRESS.pem and ADDRESS.pin
  /// there.
  static Result<Certificates> make(const World& world);
  std::optional<TlsIdentity> of(const Host& host) const;
  std::optional<TlsIdentity> of(const std::string& address) const;

 private:
  std::map<std::string, TlsIdentity> by_address_;
};

}  // namespace xenha::sim
