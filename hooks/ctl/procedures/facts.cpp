#include "hooks/ctl/procedures/facts.h"

#include <algorithm>

namespace xenha::ctl {

const HostFacts* Facts::host(std::string_view uuid) const {
  const auto found =
      std::find_if(hosts.begin(), hosts.end(), [&](const HostFacts& each) { return each.uuid == uuid; });
  return uuid.empty() || found == hosts.end() ? nullptr : &*found;
}

std::vector<std::string> Facts::masters() const {
  std::vector<std::string> out;
  for (const HostFacts& each : hosts)
    if (each.claims_master == true) out.push_back(each.label);
  return out;
}

bool Facts::agree_on_master() const {
  const std::vector<std::string> claim = masters();
  return claim.size() == 1 && std::all_of(hosts.begin(), hosts.end(), [&](const HostFacts& each) {
           return each.reachable != true || each.emergency == true || each.believed_master == claim.front();
         });
}

}  // namespace xenha::ctl
