// The check-list on a screen: what failed first, each with its fix.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "hooks/ctl/doctor/checks.h"
#include "hooks/ctl/render/table.h"

namespace xenha::ctl {

std::string doctor_screen(const DoctorFacts& facts, const std::vector<Check>& checks, const Style& style);

/// The schema is in OUTPUT.md.
nlohmann::ordered_json doctor_json(const DoctorFacts& facts, const std::vector<Check>& checks);

}  // namespace xenha::ctl
