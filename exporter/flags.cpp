#include "exporter/flags.h"

#include <algorithm>
#include <array>

#include "lib/config/problems.h"

namespace xenha::exporter {
namespace {

/// Paths that are taken, design section 4; a scrape there would hide them.
constexpr std::array<std::string_view, 7> kTaken = {"/",        "/probe",    "/sd",     "/-/healthy",
                                                    "/-/ready", "/-/reload", "/api/v1/"};

std::string wrong_with_telemetry_path(const std::string& path) {
  if (path.empty() || path[0] != '/') return " must begin with /";
  if (path.find_first_of(" ?#%") != path.npos) return " must be a plain path";
  const bool taken =
      std::find(kTaken.begin(), kTaken.end(), path) != kTaken.end() || path.starts_with("/api/");
  return taken ? " is another page of the exporter" : "";
}

}  // namespace

std::variant<Flags, config::EarlyExit> parse_flags(int argc, const char* const* argv) {
  Flags flags;
  config::FlagParser parser(
      "xenha-exporter",
      "Watches high availability of XenServer and XCP-ng pools, and serves it to Prometheus. "
      "Reads only; changes nothing on any pool.",
      "xenha-exporter --config.file=/etc/xenha/xenha.yml --config.check");
  flags.common.declare(parser);
  flags.web.declare(parser);
  parser.text("web.telemetry-path", "PATH", "Where the metrics are.", flags.telemetry_path);
  if (std::optional<config::EarlyExit> exit = parser.parse(argc, argv)) return *exit;
  if (std::optional<config::EarlyExit> exit = flags.web.take(parser)) return *exit;
  const std::string wrong = wrong_with_telemetry_path(flags.telemetry_path);
  if (!wrong.empty())
    return parser.usage_error("--web.telemetry-path " + config::in_quotes(flags.telemetry_path) + wrong);
  if (std::optional<config::EarlyExit> exit = config::configure_log(parser, flags.common)) return *exit;
  return flags;
}

}  // namespace xenha::exporter
