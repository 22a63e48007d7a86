// What our daemons answered about a pool -> plain values. Pure: JSON in, values out; nothing throws.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "hooks/ctl/status/pool_status.h"
#include "hooks/situation/observer.h"

namespace xenha::ctl {

/// Of GET /api/v1/pools and /api/v1/failovers of the exporter (its API.md).
ExporterWord exporter_word(const nlohmann::ordered_json& pools, const nlohmann::ordered_json& failovers,
                           const std::string& pool);

/// Of GET /api/v1/pools of the hooks (hooks/pools_json.h).
HooksWord hooks_word(const nlohmann::ordered_json& pools, const std::string& pool);
/// What the daemon remembers of the pool, for our own look at it; and its journal's part of the situation.
hooks::Remembered remembered_by_hooks(const nlohmann::ordered_json& pools, const std::string& pool);
hooks::JournalSituation journal_of(const HooksWord& word);

}  // namespace xenha::ctl
