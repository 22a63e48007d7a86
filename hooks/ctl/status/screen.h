// The 3 a.m. screen: first what is wrong and what to type, then the facts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "hooks/ctl/render/table.h"
#include "hooks/ctl/status/pool_status.h"

namespace xenha::ctl {

/// Everything about one pool.
std::string pool_screen(const PoolStatus& status, const std::vector<Finding>& findings, const Style& style);

/// One line about a pool that is well, for a screen of many.
std::string pool_line(const PoolStatus& status);

/// The schema is in OUTPUT.md.
nlohmann::ordered_json status_json(const PoolStatus& status, const std::vector<Finding>& findings);

}  // namespace xenha::ctl
