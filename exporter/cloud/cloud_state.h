// What must survive a restart of the exporter, per CloudStack: one JSON file in state_dir, replaced as a
// whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/cloud/cloud_alerts.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::exporter {

struct CloudState {
  std::optional<WallTime> first_run;            ///< our clock; alerts sent before are not counted
  std::map<std::string, std::uint64_t> alerts;  ///< by word of kCloudAlertWords
  std::map<std::string, WallTime> seen_alerts;  ///< id -> time as printed; of those not older than `horizon`
  std::optional<WallTime> horizon;  ///< as printed; what is older was seen or is not ours to count
  std::map<std::string, HostNumbers::Host> host_numbers;
  bool operator==(const CloudState&) const = default;
};

/// What such a file holds. Errors: kBadConfig, one line, when it is no such JSON. What is missing is as in an
/// empty state; a time beyond reason counts as missing.
Result<CloudState> parse_cloud_state(std::string_view text);
std::string cloud_state_text(const CloudState& state);

/// A file that is not there is an empty state. Errors: kBadConfig when it cannot be read or is no such JSON.
Result<CloudState> load_cloud_state(const std::filesystem::path& file);
/// Written beside, synced, renamed. Errors: kBadConfig with the reason of the system.
Status save_cloud_state(const std::filesystem::path& file, const CloudState& state);
std::filesystem::path cloud_state_file(const std::filesystem::path& dir, const std::string& cloud);

}  // namespace xenha::exporter
