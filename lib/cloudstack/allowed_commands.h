// Every CloudStack command that our programs' reading half can encode. All of them read; the encoder refuses
// everything else, and a test holds this list against the names of commands that do not.
#pragma once

#include <array>
#include <string_view>

namespace xenha::cloudstack {

inline constexpr std::array<std::string_view, 12> kAllowedCommands{
    // What the server is and what the account may do.
    "listApis", "listCapabilities", "listConfigurations",
    // The infrastructure.
    "listClusters", "listHosts", "listStoragePools",
    // VMs and what decides whether they are restarted.
    "listVirtualMachines", "listRouters", "listSystemVms", "listServiceOfferings",
    // What happened.
    "listAlerts", "listEvents"};

}  // namespace xenha::cloudstack
