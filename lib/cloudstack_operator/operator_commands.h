// Every command of CloudStack that changes something and that xenhactl can send, and what follows such a
// change. Beside the lists of lib/cloudstack/allowed_commands.h there are no others.
#pragma once

#include <array>
#include <string_view>

namespace xenha::cloudstack {

inline constexpr std::array<std::string_view, 3> kOperatorCommands{
    "prepareHostForMaintenance", "cancelHostMaintenance",
    // Reads, but only what the two above began.
    "queryAsyncJobResult"};

}  // namespace xenha::cloudstack
