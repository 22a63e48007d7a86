#include "exporter/failover_table.h"

#include <array>

namespace xenha::exporter {
namespace {

struct Row {
  const char* label;
  std::optional<double> published;
};

/// By phase. Published for two clusters of four hosts, both masters lost at once with 17 VMs on them.
const std::array<Row, kFailoverPhases> kRows{{{"Failure detected", 75},
                                              {"New master", 180},
                                              {"XenServer declares it dead", std::nullopt},
                                              {"CloudStack confirms it down", 195},
                                              {"CloudStack starts VM HA", 210},
                                              {"First VM runs again", std::nullopt},
                                              {"All VMs run again", 330}}};

}  // namespace

std::vector<FailoverRow> failover_table(const FailoverRecord& record) {
  std::vector<FailoverRow> rows;
  for (std::size_t i = 0; i < kFailoverPhases; ++i) {
    const auto phase = static_cast<FailoverPhase>(i);
    if (phase == FailoverPhase::kMasterElected && record.role != FailoverRole::kMaster) continue;
    rows.push_back({phase, kRows[i].label, record.seconds_to(phase), kRows[i].published});
  }
  return rows;
}

VictimCount count_victims(const FailoverRecord& record) {
  VictimCount count;
  for (const Victim& victim : record.victims) {
    switch (victim.state) {
      case VictimState::kPending:
        ++count.pending;
        break;
      case VictimState::kRunning:
        ++count.running;
        break;
      case VictimState::kNotProtected:
        ++count.not_protected;
        break;
      case VictimState::kStayed:
        ++count.stayed;
        break;
      case VictimState::kStopped:
        ++count.stopped;
        break;
    }
  }
  return count;
}

}  // namespace xenha::exporter
