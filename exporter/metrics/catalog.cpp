#include "exporter/metrics/catalog.h"

#include <array>

#include "lib/metrics/process.h"

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

constexpr std::array<const MetricDef*, 16> kHeartbeat{&kHeartbeatSrInfo,
                                                      &kHeartbeatSrExpected,
                                                      &kHeartbeatSrAttached,
                                                      &kHeartbeatSrPathsActive,
                                                      &kHeartbeatSrPaths,
                                                      &kHeartbeatSrSize,
                                                      &kHeartbeatSrUsed,
                                                      &kHeartbeatSrRequired,
                                                      &kHeartbeatSrForeignVdis,
                                                      &kHeartbeatSrIsPrimaryStorage,
                                                      &kHeartbeatStatefileResolves,
                                                      &kHeartbeatStatefileLatency,
                                                      &kHeartbeatNetworkLatency,
                                                      &kHeartbeatXapiLatency,
                                                      &kHeartbeatLatencyRecorded,
                                                      &kHeartbeatMargin};

constexpr std::array<const MetricDef*, 2> kMessages{&kHaMessages, &kHaMessageLast};

constexpr std::array<const MetricDef*, 14> kCloud{&kCloudUp,
                                                  &kCloudLastSuccess,
                                                  &kCloudClockOffset,
                                                  &kCloudInfo,
                                                  &kCloudHostState,
                                                  &kCloudHostResourceState,
                                                  &kCloudHostJoined,
                                                  &kCloudClusterManaged,
                                                  &kCloudVms,
                                                  &kCloudVmMismatch,
                                                  &kCloudSettingSeconds,
                                                  &kCloudSettingValue,
                                                  &kCloudSettingDefault,
                                                  &kCloudAlerts};

constexpr std::array<const MetricDef*, 10> kFailover{
    &kFailoverInProgress,   &kFailoverSuspicions, &kFailovers,
    &kFailoverPhaseSeconds, &kFailoverLastPhase,  &kFailoverStartUncertainty,
    &kVmRestartLatency,     &kVmRestartPending,   &kVmRestartPendingOldest,
    &kVmNotProtected};

constexpr std::array<const MetricDef*, 6> kCost{&kXapiCalls,       &kXapiErrors, &kXapiReceivedBytes,
                                                &kXapiCallSeconds, &kSessions,   &kProbeInterval};

constexpr std::array<const MetricDef*, 12> kExporter{&kIsolated,
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

constexpr std::array<const MetricDef*, 2> kProbe{&kProbeSuccess, &kProbeDuration};

constexpr metrics::CatalogGroup kGroups[] = {
    {"Pool", "One sample a pool unless a label says otherwise. The label `pool` is the name in xenha.yml.",
     kPool},
    {"Pool HA", "What the master says of HA, served for `keep_facts` after its last answer.", kPoolHa},
    {"Hosts",
     "The label `host` is the host's name, else its hostname or uuid; the address as configured while it was "
     "never identified. What a host was asked directly is never older than the last round of probes.",
     kHosts},
    {"Heartbeat", "The label `sr` is the name of the storage repository, else its uuid.", kHeartbeat},
    {"Messages", "Names that XenServer has for HA messages exist from the start with 0.", kMessages},
    {"CloudStack",
     "The label `cloudstack` is the name in xenha.yml, `cluster` the name in CloudStack, `host` that of the "
     "XenServer host where it is joined to one, else CloudStack's. What is joined to no pool has no label "
     "`pool`, a VM of no known cluster no label `cluster` either. Series with a `pool` go with that pool "
     "(`/metrics?pool=`, `/probe`), those without are only on plain `/metrics`. Facts are served for "
     "`keep_facts` after the last good answer. A state that this page does not name appears as itself beside "
     "the known ones.",
     kCloud},
    {"Failovers",
     "Times count from the last contact with the lost host. Histograms and counters start at 0 and survive "
     "restarts; a phase that was not reached is not observed. Phases: detected, master_elected (masters "
     "only), "
     "host_declared_dead, cloudstack_host_down, cloudstack_ha_started, first_vm_running, all_vms_running.",
     kFailover},
    {"Cost of watching a pool", "Counters start at 0 with the exporter. Not in the answers of `/probe`.",
     kCost},
    {"Exporter", "Only on `/metrics`.", kExporter},
    {"Probe", "Only in the answers of `/probe?target=POOL`, without labels: the target is the pool.", kProbe},
};

}  // namespace

std::span<const metrics::CatalogGroup> groups() {
  return kGroups;
}

}  // namespace xenha::exporter::catalog
