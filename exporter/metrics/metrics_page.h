// METRICS.md out of the catalogue. A test writes the file and fails when it is stale; the program does not
// use this.
#pragma once

#include <string>

namespace xenha::exporter {

std::string metrics_page();

}  // namespace xenha::exporter
