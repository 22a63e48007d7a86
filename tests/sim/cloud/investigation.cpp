// The chain of investigators: the first answer wins.
#include "tests/sim/cloud/host_agents.h"
#include "tests/sim/cloud/xapi_link.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

bool connected(const CsHost& host) {
  return host.state == HostState::kUp || host.state == HostState::kConnecting;
}

Verdict ask_neighbours(Cloud& cloud, CsHost& victim) {
  for (const auto& neighbour : cloud.hosts) {
    if (neighbour.get() == &victim || neighbour->cluster != victim.cluster || !connected(*neighbour))
      continue;
    const std::optional<bool> fresh = heartbeat_fresh(cloud, victim, *neighbour);
    if (!fresh) continue;
    if (!*fresh) return Verdict::kDown;
    if (cloud.rules.fresh_means_up) return Verdict::kUp;
  }
  return Verdict::kNone;
}

/// Any host of the pod tries to reach the address; it is told to through XenAPI.
Verdict ping_address(Cloud& cloud, CsHost& victim) {
  for (const auto& other : cloud.hosts) {
    if (other.get() == &victim || other->state != HostState::kUp) continue;
    if (ping_works(cloud, *other) && dom0_answers(*victim.xen)) return Verdict::kDisconnected;
  }
  return Verdict::kNone;
}

}  // namespace

Verdict investigate(Cloud& cloud, CsHost& host) {
  if (ping_works(cloud, host)) return Verdict::kUp;
  const Verdict verdict = ask_neighbours(cloud, host);
  return verdict != Verdict::kNone ? verdict : ping_address(cloud, host);
}

}  // namespace xenha::sim::cloud
