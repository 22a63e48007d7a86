// The exporter's command line.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "lib/config/common_flags.h"
#include "lib/web/listen_address.h"

namespace xenha::exporter {

struct Flags {
  config::CommonFlags common;
  std::vector<web::ListenAddress> listen;   ///< at least one
  std::string web_config_file;              ///< empty = as the config file says
  std::string telemetry_path = "/metrics";  ///< begins with /
};

/// Also sets up the log. An EarlyExit: print its texts, end with its code.
std::variant<Flags, config::EarlyExit> parse_flags(int argc, const char* const* argv);

}  // namespace xenha::exporter
