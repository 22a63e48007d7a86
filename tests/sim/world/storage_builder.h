// SRs, PBDs and the heartbeat's VDIs of a fresh pool.
#pragma once

#include "tests/sim/world/world.h"

namespace xenha::sim {

/// Smallest HA metadata VDI of the release, bytes.
std::int64_t metadata_vdi_bytes(Release release);
inline constexpr std::int64_t kStatefileBytes = 4 << 20;

/// Creates all storage records; answers the heartbeat SR.
std::string build_storage(World& world, Site& site, Database& db);
/// A further SR on shared storage, plugged on every host. Answers its reference.
std::string add_shared_sr(const Site& site, Database& db, const std::string& name, const std::string& type,
                          const Json& device_config);
/// VDI of the type on the SR, created when `create` and there is none that is large enough.
std::string find_ha_vdi(const Database& db, const std::string& sr, std::string_view type, std::int64_t bytes);
std::string create_ha_vdi(Database& db, const std::string& sr, std::string_view type, std::int64_t bytes);
std::int64_t free_bytes(const Database& db, const std::string& sr);

}  // namespace xenha::sim
