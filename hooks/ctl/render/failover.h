// Failovers as GET /api/v1/failovers of the exporter gives them (its API.md), for a person.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "hooks/ctl/render/table.h"
#include "lib/base/clock.h"

namespace xenha::ctl {

/// One line each, in the order given.
std::string failover_list(const nlohmann::ordered_json& failovers, WallTime now, const Style& style);

/// One of them: what was lost, the table of phases, its VMs.
std::string failover_screen(const nlohmann::ordered_json& failover, WallTime now, const Style& style);

}  // namespace xenha::ctl
