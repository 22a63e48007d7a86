// What must survive a restart of the exporter, per pool: one JSON file in state_dir, replaced as a whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/snapshot/pool_snapshot.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::exporter {

/// Who answers at an address, so that series keep their label while the master is away.
struct KnownMember {
  std::string uuid, label;
  bool operator==(const KnownMember&) const = default;
};

struct PersistentState {
  std::string pool_uuid;
  std::string master_uuid;
  std::uint64_t master_changes = 0;
  std::optional<WallTime> master_since;
  bool ha_seen_on = false;
  std::optional<WallTime> ha_disabled_since, ha_enabled_since;
  std::optional<WallTime> first_run;  ///< messages older than this are not counted
  std::map<std::string, PoolSnapshot::Messages> messages;
  std::map<std::string, WallTime> counted_messages;  ///< uuid -> timestamp, of the overlap only
  std::map<std::string, KnownMember> members;        ///< by the address that is probed
  bool operator==(const PersistentState&) const = default;
};

/// What such a file holds. Errors: kBadConfig, one line, when it is no such JSON. What is missing is as in an
/// empty state; a time beyond reason counts as missing.
Result<PersistentState> parse_state(std::string_view text);
std::string state_text(const PersistentState& state);

/// A file that is not there is an empty state. Errors: kBadConfig when it cannot be read or is no such JSON.
Result<PersistentState> load_state(const std::filesystem::path& file);
/// Written beside, synced, renamed. Errors: kBadConfig with the reason of the system.
Status save_state(const std::filesystem::path& file, const PersistentState& state);
std::filesystem::path state_file(const std::filesystem::path& dir, const std::string& pool);

}  // namespace xenha::exporter
