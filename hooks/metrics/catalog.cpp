#include "hooks/metrics/catalog.h"

#include <array>

#include "lib/metrics/process.h"

namespace xenha::hooks::catalog {
namespace {

constexpr std::array<const MetricDef*, 6> kAlertsToDecisions{&kAlertsReceived, &kTruncatedAlerts, &kDecisions,
                                                             &kGuardState,     &kPaused,          &kGaveUp};
constexpr std::array<const MetricDef*, 4> kActs{&kActions, &kActionSeconds, &kActionInProgress,
                                                &kLastSuccess};
constexpr std::array<const MetricDef*, 13> kDaemon{&kMode,
                                                   &kJournalErrors,
                                                   &kBuildInfo,
                                                   &kConfigReloadSuccessful,
                                                   &kConfigReloadSuccessTime,
                                                   &metrics::kProcessCpu,
                                                   &metrics::kProcessOpenFds,
                                                   &metrics::kProcessMaxFds,
                                                   &metrics::kProcessVirtualMemory,
                                                   &metrics::kProcessVirtualMemoryMax,
                                                   &metrics::kProcessResidentMemory,
                                                   &metrics::kProcessStartTime,
                                                   &metrics::kProcessThreads};

constexpr metrics::CatalogGroup kGroups[] = {
    {"Alerts and decisions",
     "Counters start at 0 with the daemon. The label `guard` is a reason of DECISIONS.md.",
     kAlertsToDecisions},
    {"Actions", "The label `action` is enable-pool-ha.", kActs},
    {"Daemon", "The daemon's own health.", kDaemon},
};

}  // namespace

std::span<const metrics::CatalogGroup> groups() {
  return kGroups;
}

}  // namespace xenha::hooks::catalog
