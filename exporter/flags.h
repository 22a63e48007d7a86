// The exporter's command line.
#pragma once

#include <string>
#include <variant>

#include "lib/config/common_flags.h"
#include "lib/web/web_flags.h"

namespace xenha::exporter {

struct Flags {
  config::CommonFlags common;
  web::WebFlags web{":10045"};
  std::string telemetry_path = "/metrics";  ///< begins with /
};

/// Also sets up the log. An EarlyExit: print its texts, end with its code.
std::variant<Flags, config::EarlyExit> parse_flags(int argc, const char* const* argv);

}  // namespace xenha::exporter
