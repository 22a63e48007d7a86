// A failover as a picture: minutes from the loss to the right, one line for each phase, then the VMs.
#pragma once

#include <string>

#include "exporter/failover/record.h"

namespace xenha::exporter {

/// Victims up to this number have a line each; more become one strip that fills up as they run again.
inline constexpr std::size_t kMostVictimLines = 12;

/// An inline SVG that fills the width it is given: places are percentages, letters keep their size. Shapes
/// and hatching say what colours say. Styled by landing_style.h; without script; all names are escaped.
std::string timeline_svg(const FailoverRecord& record, WallTime now);

}  // namespace xenha::exporter
