// Letters of the landing page: what its parts have in common.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace xenha::exporter::html {

inline constexpr const char* kUnknown = "<span class=\"unknown\" title=\"unknown\">&ndash;</span>";

/// For text and attributes in double quotes. Control characters become blanks: a name may hold any.
std::string escape(std::string_view text);

/// "2025-11-25 02:00:00 UTC"
std::string utc(WallTime when);

}  // namespace xenha::exporter::html
