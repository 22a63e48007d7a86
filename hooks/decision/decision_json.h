// A decision as JSON: for the journal, for GET /api/v1/explain and /api/v1/decisions.
#pragma once

#include <string>

#include "hooks/decision/reenable_ha.h"

namespace xenha::hooks {

/// [{"name","state","fact"}], in order of precedence.
std::string guards_json(const Decision& decision);

/// {"pool","verdict","reason","guards":[...]}
std::string explain_json(const std::string& pool, const Decision& decision);

/// What was known of the pool, short: master, HA, hosts, SR, marks. For people who read the journal later.
std::string situation_json(const Situation& situation);

}  // namespace xenha::hooks
