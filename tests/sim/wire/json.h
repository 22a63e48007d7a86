// The simulator's value type. Include <nlohmann/json.hpp> only in sources.
//
// How XenAPI types stand in it: String, enum, Ref: string. Int: integer. Float: number (NaN and infinities
// are kept). Bool: boolean. DateTime: string "20240131T23:59:58Z". Set: array. Map: object (keys as text).
// Record: object with one member a field. Void: null.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace xenha::sim {

using Json = nlohmann::json;

/// The reference to no object.
inline constexpr char kNullRef[] = "OpaqueRef:NULL";

}  // namespace xenha::sim
