// What the daemons' HTML pages have in common.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace xenha::web::html {

inline constexpr const char* kUnknown = "<span class=\"unknown\" title=\"unknown\">&ndash;</span>";

/// For text and attributes in double quotes. Control characters become blanks: a name may hold any.
std::string escape(std::string_view text);

/// "2025-11-25 02:00:00 UTC"
std::string utc(WallTime when);

}  // namespace xenha::web::html
