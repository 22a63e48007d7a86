// Patches of 6.x and 7.0: host_patch names the host and the pool_patch, which carries the name. Pure.
#pragma once

#include <set>
#include <string_view>

#include "lib/model/records.h"
#include "lib/xapi/value.h"

namespace xenha::xapi {

/// From it on only pool HA gives a 6.2 pool a new master.
inline constexpr std::string_view kHaHotfix = "XS62ESP1004";

/// The hosts on which it is applied. From host_patch.get_all_records and pool_patch.get_all_records.
std::set<model::Ref> hosts_with_patch(const Value& host_patches, const Value& pool_patches,
                                      std::string_view name_label);

}  // namespace xenha::xapi
