#include "exporter/metrics/catalog.h"

#include <array>

namespace xenha::exporter::catalog {
namespace {

constexpr std::array<const MetricDef*, 8> kPool{
    &kPoolUp,      &kPoolLastSuccess,    &kPoolInfo,          &kPoolMaster,
    &kPoolMasters, &kHostBelievedMaster, &kPoolMasterChanges, &kPoolMasterSince};

constexpr std::array<const MetricDef*, 12> kPoolHa{
    &kPoolHaEnabled,       &kPoolHaRequired,        &kPoolHaDisabledSince,          &kPoolHaOperation,
    &kPoolHaTimeout,       &kPoolHaTimeoutExpected, &kPoolHaHostFailuresToTolerate, &kPoolHaPlanExistsFor,
    &kPoolHaOvercommitted, &kPoolHaLicensed,        &kPoolHaProtectedVms,           &kPoolRollingUpgrade};

constexpr std::array<const MetricDef*, 16> kHosts{
    &kHostInfo,          &kHostReachable,     &kHostState,
    &kHostLive,          &kHostEnabled,       &kHostHaArmed,
    &kHostHaPeers,       &kHostEmergencyMode, &kHostEmergencyReason,
    &kHostHotfixApplied, &kHostBoot,          &kHostAgentStart,
    &kHostClockOffset,   &kHostRejoin,        &kHostCertificateExpiry,
    &kHostMaintenance};

constexpr std::array<const MetricDef*, 15> kHeartbeat{&kHeartbeatSrInfo,
                                                      &kHeartbeatSrExpected,
                                                      &kHeartbeatSrAttached,
                                                      &kHeartbeatSrPathsActive,
                                                      &kHeartbeatSrPaths,
                                                      &kHeartbeatSrSize,
                                                      &kHeartbeatSrUsed,
                                                      &kHeartbeatSrRequired,
                                                      &kHeartbeatSrForeignVdis,
                                                      &kHeartbeatStatefileResolves,
                                                      &kHeartbeatStatefileLatency,
                                                      &kHeartbeatNetworkLatency,
                                                      &kHeartbeatXapiLatency,
                                                      &kHeartbeatLatencyRecorded,
                                                      &kHeartbeatMargin};

constexpr std::array<const MetricDef*, 2> kMessages{&kHaMessages, &kHaMessageLast};

constexpr std::array<const MetricDef*, 6> kCost{&kXapiCalls,       &kXapiErrors, &kXapiReceivedBytes,
                                                &kXapiCallSeconds, &kSessions,   &kProbeInterval};

constexpr std::array<const MetricDef*, 12> kExporter{&kIsolated,
                                                     &kBuildInfo,
                                                     &kConfigReloadSuccessful,
                                                     &kConfigReloadSuccessTime,
                                                     &kProcessCpu,
                                                     &kProcessOpenFds,
                                                     &kProcessMaxFds,
                                                     &kProcessVirtualMemory,
                                                     &kProcessVirtualMemoryMax,
                                                     &kProcessResidentMemory,
                                                     &kProcessStartTime,
                                                     &kProcessThreads};

constexpr std::array<const MetricDef*, 2> kProbe{&kProbeSuccess, &kProbeDuration};

constexpr Group kGroups[] = {
    {"Pool", "One sample a pool unless a label says otherwise. The label `pool` is the name in xenha.yml.",
     kPool},
    {"Pool HA", "What the master says of HA, served for `keep_facts` after its last answer.", kPoolHa},
    {"Hosts",
     "The label `host` is the host's name, else its hostname or uuid; the address as configured while it was "
     "never identified. What a host was asked directly is never older than the last round of probes.",
     kHosts},
    {"Heartbeat", "The label `sr` is the name of the storage repository, else its uuid.", kHeartbeat},
    {"Messages", "Names that XenServer has for HA messages exist from the start with 0.", kMessages},
    {"Cost of watching a pool", "Counters start at 0 with the exporter. Not in the answers of `/probe`.",
     kCost},
    {"Exporter", "Only on `/metrics`.", kExporter},
    {"Probe", "Only in the answers of `/probe?target=POOL`, without labels: the target is the pool.", kProbe},
};

}  // namespace

std::span<const Group> groups() {
  return kGroups;
}

}  // namespace xenha::exporter::catalog
