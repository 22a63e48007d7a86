// The XAPI messages that count: those about HA that some release really creates (reference 7.1). They
// enrich; conditions are judged by state.
#pragma once

#include <array>
#include <string_view>

namespace xenha::model {

inline constexpr std::array<std::string_view, 11> kHaMessageNames{"HA_HOST_FAILED",
                                                                  "HA_HOST_WAS_FENCED",
                                                                  "HA_PROTECTED_VM_RESTART_FAILED",
                                                                  "HA_POOL_OVERCOMMITTED",
                                                                  "HA_POOL_DROP_IN_PLAN_EXISTS_FOR",
                                                                  "HA_STATEFILE_LOST",
                                                                  "HA_NETWORK_BONDING_ERROR",
                                                                  "METADATA_LUN_BROKEN",
                                                                  "METADATA_LUN_HEALTHY",
                                                                  "POOL_MASTER_TRANSITION",
                                                                  "PBD_PLUG_FAILED_ON_SERVER_START"};

}  // namespace xenha::model
