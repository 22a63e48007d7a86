#include "tests/sim/world/certificates.h"

#include <fstream>
#include <utility>

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/world/world.h"

namespace xenha::sim {
namespace {

constexpr std::size_t kOwnKeys = 32;  ///< above that many hosts a release's hosts share one certificate

Status write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  if (!file.flush()) return Error{ErrorCode::kBadConfig, "cannot write " + path};
  return Nothing{};
}

IdentityOptions options_for(const Host& host, const TlsIdentity& ca) {
  const Release release = host.site->release;
  IdentityOptions options;
  options.common_name = host.address;
  options.names = {host.address};
  options.tls = tls_profile(release);
  options.key = release <= Release::k65 ? KeyKind::kRsa1024 : KeyKind::kRsa2048;
  if (release > Release::k70) options.issuer = &ca;  // the old ones are self-signed
  return options;
}

}  // namespace

std::optional<TlsIdentity> Certificates::of(const Host& host) const {
  return of(host.address);
}

std::optional<TlsIdentity> Certificates::of(const std::string& address) const {
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? std::nullopt : std::optional(found->second);
}

Result<Certificates> Certificates::make(const World& world) {
  Certificates out;
  if (!world.options.tls) return out;
  Result<TlsIdentity> ca = make_identity({.common_name = "xenha-sim CA", .is_ca = true});
  if (!ca) return ca.error();
  std::size_t hosts = 0;
  for (const auto& site : world.sites) hosts += site->hosts.size();
  std::map<Release, IdentityOptions> shared;
  if (hosts > kOwnKeys)
    for (const auto& site : world.sites)
      for (const auto& host : site->hosts) {
        auto& options = shared.try_emplace(site->release, options_for(*host, *ca)).first->second;
        options.names.push_back(host->address);
      }
  std::map<Release, TlsIdentity> made;
  for (const auto& site : world.sites)
    for (const auto& host : site->hosts) {
      if (const auto ready = made.find(site->release); ready != made.end()) {
        out.by_address_.emplace(host->address, ready->second);
        continue;
      }
      Result<TlsIdentity> identity =
          make_identity(hosts > kOwnKeys ? shared.at(site->release) : options_for(*host, *ca));
      if (!identity) return identity.error();
      if (hosts > kOwnKeys) made.emplace(site->release, *identity);
      out.by_address_.emplace(host->address, std::move(*identity));
    }
  for (const auto& each : world.clouds) {
    Result<TlsIdentity> identity =
        make_identity({.common_name = each->address, .names = {each->address}, .issuer = &*ca});
    if (!identity) return identity.error();
    out.by_address_.emplace(each->address, std::move(*identity));
  }
  if (world.options.tls_dir.empty()) return out;
  if (Status status = write_file(world.options.tls_dir + "/ca.pem", ca->certificate_pem()); !status)
    return status.error();
  for (const auto& [address, identity] : out.by_address_) {
    const std::string base = world.options.tls_dir + "/" + address;
    if (Status status = write_file(base + ".pem", identity.certificate_pem()); !status) return status.error();
    if (Status status = write_file(base + ".pin", identity.pin() + "\n"); !status) return status.error();
  }
  return out;
}

}  // namespace xenha::sim
