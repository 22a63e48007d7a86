// Every metric of the exporter, told once. The collectors use these definitions, METRICS.md is generated from
// them.
#pragma once

#include <span>
#include <string_view>

#include "lib/metrics/catalog_page.h"
#include "lib/metrics/metric_def.h"

namespace xenha::exporter::catalog {

using metrics::MetricDef;
inline constexpr auto kCounter = prometheus::MetricType::Counter;
inline constexpr auto kHistogram = prometheus::MetricType::Histogram;

// The pool and who leads it.

inline constexpr MetricDef kPoolUp{
    .name = "xenha_pool_up",
    .labels = "pool",
    .help = "1 if the pool's master answered the last exchange, 0 if not.",
    .source = "last call or event stream answer",
};
inline constexpr MetricDef kPoolLastSuccess{
    .name = "xenha_pool_last_success_timestamp_seconds",
    .labels = "pool",
    .help = "Unix time of the last good exchange with the pool's master; absent before the first.",
    .source = "last call or event stream answer",
};
inline constexpr MetricDef kPoolInfo{
    .name = "xenha_pool_info",
    .labels = "pool,pool_uuid,name_label,version,product,cluster_stack",
    .help =
        "Always 1; labels tell what the pool is. Version and product are the master's, cluster_stack is "
        "empty before 7.0.",
    .source = "pool.uuid, name_label, ha_cluster_stack; host.software_version of the master",
};
inline constexpr MetricDef kPoolMaster{
    .name = "xenha_pool_master",
    .labels = "pool,host",
    .help = "1 for a host that claims to be master when asked directly, 0 for every other known host.",
    .source = "direct probe of each host",
};
inline constexpr MetricDef kPoolMasters{
    .name = "xenha_pool_masters",
    .labels = "pool",
    .help =
        "Hosts that claim to be master: 1 is right, 2 is a split brain, 0 means that nobody leads the pool.",
    .source = "direct probe of each host",
};
inline constexpr MetricDef kHostBelievedMaster{
    .name = "xenha_host_believed_master",
    .labels = "pool,host,master",
    .help =
        "Always 1; label master is whom the host names as master (name if known, else address). A master "
        "names itself.",
    .source = "direct probe: session or HOST_IS_SLAVE",
};
inline constexpr MetricDef kPoolMasterChanges{
    .name = "xenha_pool_master_changes_total",
    .type = kCounter,
    .labels = "pool",
    .help =
        "Changes of the master role seen so far; survives restarts, a change while the exporter was down "
        "counts once.",
    .source = "direct probes, kept in state_dir",
};
inline constexpr MetricDef kPoolMasterSince{
    .name = "xenha_pool_master_since_timestamp_seconds",
    .labels = "pool",
    .help = "Unix time since when the present master is known to lead the pool.",
    .source = "direct probes, kept in state_dir",
};

// High availability of the pool.

inline constexpr MetricDef kPoolHaEnabled{
    .name = "xenha_pool_ha_enabled",
    .labels = "pool",
    .help = "1 if pool HA is on, 0 if it is off.",
    .source = "pool.ha_enabled",
};
inline constexpr MetricDef kPoolHaRequired{
    .name = "xenha_pool_ha_required",
    .labels = "pool",
    .help =
        "1 if a dead master is replaced only by pool HA here, so that HA has to be on: CloudStack 4.3.2 or "
        "later, XenServer 6.5 or later, or hotfix XS62ESP1004. Absent while versions are unknown.",
    .source = "CloudStack version, API version, hotfix XS62ESP1004",
};
inline constexpr MetricDef kPoolHaDisabledSince{
    .name = "xenha_pool_ha_disabled_since_timestamp_seconds",
    .labels = "pool",
    .help =
        "Unix time of the first observation of HA off after it was on; absent while it is on or was never "
        "seen on.",
    .source = "pool.ha_enabled, kept in state_dir",
};
inline constexpr MetricDef kPoolHaOperation{
    .name = "xenha_pool_ha_operation",
    .labels = "pool,operation",
    .help = "1 while the operation (ha_enable, ha_disable) runs on the pool, else 0.",
    .source = "pool.current_operations; before 7.0 task.name_label and status",
};
inline constexpr MetricDef kPoolHaTimeout{
    .name = "xenha_pool_ha_timeout_seconds",
    .labels = "pool",
    .help = "HA timeout in effect: how long a host may miss heartbeats before it is fenced.",
    .source = "pool.ha_configuration timeout, other_config default_ha_timeout, else the release's default",
};
inline constexpr MetricDef kPoolHaTimeoutExpected{
    .name = "xenha_pool_ha_timeout_expected_seconds",
    .labels = "pool",
    .help = "Smallest HA timeout that the configuration expects for this pool.",
    .source = "pools[].ha_timeout in xenha.yml",
};
inline constexpr MetricDef kPoolHaHostFailuresToTolerate{
    .name = "xenha_pool_ha_host_failures_to_tolerate",
    .labels = "pool",
    .help =
        "Host failures for which XenServer is asked to plan VM restarts; with CloudStack this should be 0.",
    .source = "pool.ha_host_failures_to_tolerate",
};
inline constexpr MetricDef kPoolHaPlanExistsFor{
    .name = "xenha_pool_ha_plan_exists_for",
    .labels = "pool",
    .help =
        "Further host failures after which every VM that XenServer protects can still be restarted; absent "
        "while HA is off.",
    .source = "pool.ha_plan_exists_for",
};
inline constexpr MetricDef kPoolHaOvercommitted{
    .name = "xenha_pool_ha_overcommitted",
    .labels = "pool",
    .help = "1 if XenServer cannot plan for the failures it is asked to tolerate; absent while HA is off.",
    .source = "pool.ha_overcommitted",
};
inline constexpr MetricDef kPoolHaLicensed{
    .name = "xenha_pool_ha_licensed",
    .labels = "pool",
    .help = "1 if the pool's licence allows HA, 0 if enabling it would be refused.",
    .source = "pool.restrictions enable_xha",
};
inline constexpr MetricDef kPoolHaProtectedVms{
    .name = "xenha_pool_ha_protected_vms",
    .labels = "pool",
    .help =
        "VMs that XenServer itself would restart; must be 0 where CloudStack restarts VMs, or one VM may run "
        "twice.",
    .source = "VM.ha_always_run and ha_restart_priority",
};
inline constexpr MetricDef kPoolRollingUpgrade{
    .name = "xenha_pool_rolling_upgrade",
    .labels = "pool",
    .help = "1 while a rolling upgrade of the pool is under way, else 0.",
    .source = "pool.other_config rolling_upgrade_in_progress",
};

// Hosts.

inline constexpr MetricDef kHostInfo{
    .name = "xenha_host_info",
    .labels = "pool,host,host_uuid,address,version,build",
    .help = "Always 1; labels tell what the host is.",
    .source = "host.uuid, address, software_version",
};
inline constexpr MetricDef kHostReachable{
    .name = "xenha_host_reachable",
    .labels = "pool,host",
    .help = "1 if the host answers when asked directly, 0 if not.",
    .source = "direct probe",
};
inline constexpr MetricDef kHostState{
    .name = "xenha_host_state",
    .labels = "pool,host,state",
    .help =
        "1 for the state the host is in, 0 for the others: master, slave, emergency, booting, unreachable, "
        "auth_error, tls_error.",
    .source = "direct probe, host.is_in_emergency_mode",
};
inline constexpr MetricDef kHostLive{
    .name = "xenha_host_live",
    .labels = "pool,host",
    .help = "1 if the master holds the host for alive, 0 if it has declared it dead; may lag by minutes.",
    .source = "host_metrics.live",
};
inline constexpr MetricDef kHostEnabled{
    .name = "xenha_host_enabled",
    .labels = "pool,host",
    .help =
        "1 if the host may start VMs, 0 if it is disabled; after a restart of the master's agent all hosts "
        "are 0 for a while.",
    .source = "host.enabled",
};
inline constexpr MetricDef kHostHaArmed{
    .name = "xenha_host_ha_armed",
    .labels = "pool,host",
    .help = "1 if pool HA is on and this host has access to the statefile, else 0.",
    .source = "pool.ha_enabled, host.ha_statefiles",
};
inline constexpr MetricDef kHostHaPeers{
    .name = "xenha_host_ha_peers",
    .labels = "pool,host",
    .help = "Other hosts whose heartbeat this host sees; absent while HA is off.",
    .source = "host.ha_network_peers",
};
inline constexpr MetricDef kHostEmergencyMode{
    .name = "xenha_host_emergency_mode",
    .labels = "pool,host",
    .help =
        "1 if the host says it is in emergency mode, 0 if not; absent unless it answered in the last 2 "
        "minutes. Seconds of it at each toolstack restart are normal.",
    .source = "host.is_in_emergency_mode by local login",
};
inline constexpr MetricDef kHostEmergencyReason{
    .name = "xenha_host_emergency_reason",
    .labels = "pool,host,reason",
    .help =
        "Always 1, only while the host is in emergency mode; label reason is XenServer's error code, or "
        "other.",
    .source = "host.local_assert_healthy by local login",
};
inline constexpr MetricDef kHostHotfixApplied{
    .name = "xenha_host_hotfix_applied",
    .labels = "pool,host,hotfix",
    .help = "1 if the hotfix that HA needs is applied to the host, 0 if it is missing; XenServer 6.x only.",
    .source = "host_patch.applied, pool_patch.name_label",
};
inline constexpr MetricDef kHostBoot{
    .name = "xenha_host_boot_timestamp_seconds",
    .labels = "pool,host",
    .help = "Unix time of the host's last boot.",
    .source = "host.other_config boot_time",
};
inline constexpr MetricDef kHostAgentStart{
    .name = "xenha_host_agent_start_timestamp_seconds",
    .labels = "pool,host",
    .help = "Unix time of the last start of the host's toolstack (xapi).",
    .source = "host.other_config agent_start_time",
};
inline constexpr MetricDef kHostClockOffset{
    .name = "xenha_host_clock_offset_seconds",
    .labels = "pool,host",
    .help = "Clock of the host minus clock of the exporter.",
    .source = "host.get_servertime",
};
inline constexpr MetricDef kHostRejoin{
    .name = "xenha_host_rejoin_seconds",
    .labels = "pool,host",
    .help =
        "Newest time the host took from being reachable again to live and enabled; absent before the first "
        "return.",
    .source = "direct probe, host_metrics.live, host.enabled",
};
inline constexpr MetricDef kHostCertificateExpiry{
    .name = "xenha_host_tls_certificate_expiry_timestamp_seconds",
    .labels = "pool,host",
    .help = "Unix time when the TLS certificate that the host presents expires.",
    .source = "TLS handshake of the direct probe",
};
inline constexpr MetricDef kHostMaintenance{
    .name = "xenha_host_maintenance",
    .labels = "pool,host,source",
    .help =
        "1 while planned work on the host is visible to the source: cloudstack (resource state, or the "
        "cluster "
        "is not managed), xenserver (maintenance mode or disabled while live), xenha (a procedure's mark).",
    .source =
        "listHosts resourcestate, listClusters managedstate; host.other_config, host.enabled; "
        "pool.other_config xenha:intent",
};

// The heartbeat storage and network.

inline constexpr MetricDef kHeartbeatSrInfo{
    .name = "xenha_heartbeat_sr_info",
    .labels = "pool,sr,sr_uuid,sr_type",
    .help = "Always 1 for each storage repository that carries the pool's HA statefile.",
    .source = "pool.ha_statefiles, VDI.SR, SR.uuid, name_label, type",
};
inline constexpr MetricDef kHeartbeatSrExpected{
    .name = "xenha_heartbeat_sr_expected",
    .labels = "pool,sr",
    .help =
        "1 if this is the heartbeat SR that the configuration names, 0 if it is another; absent when none is "
        "configured.",
    .source = "pools[].heartbeat_sr in xenha.yml",
};
inline constexpr MetricDef kHeartbeatSrAttached{
    .name = "xenha_heartbeat_sr_attached",
    .labels = "pool,host,sr",
    .help =
        "1 if the heartbeat SR is plugged on the host, 0 if not. A dead storage path does not make this 0.",
    .source = "PBD.currently_attached",
};
inline constexpr MetricDef kHeartbeatSrPathsActive{
    .name = "xenha_heartbeat_sr_paths_active",
    .labels = "pool,host,sr",
    .help = "Working storage paths of the heartbeat SR on the host; multipath only.",
    .source = "PBD.other_config mpath-*",
};
inline constexpr MetricDef kHeartbeatSrPaths{
    .name = "xenha_heartbeat_sr_paths",
    .labels = "pool,host,sr",
    .help = "All storage paths of the heartbeat SR on the host; multipath only.",
    .source = "PBD.other_config mpath-*",
};
inline constexpr MetricDef kHeartbeatSrSize{
    .name = "xenha_heartbeat_sr_size_bytes",
    .labels = "pool,sr",
    .help = "Size of the heartbeat SR.",
    .source = "SR.physical_size",
};
inline constexpr MetricDef kHeartbeatSrUsed{
    .name = "xenha_heartbeat_sr_used_bytes",
    .labels = "pool,sr",
    .help = "Space in use on the heartbeat SR.",
    .source = "SR.physical_utilisation",
};
inline constexpr MetricDef kHeartbeatSrRequired{
    .name = "xenha_heartbeat_sr_required_bytes",
    .labels = "pool,sr",
    .help =
        "Free space that the next enabling of HA needs on the SR; 0 when the disks of the last time can be "
        "used again.",
    .source = "VDI.type, virtual_size; xapi version",
};
inline constexpr MetricDef kHeartbeatSrForeignVdis{
    .name = "xenha_heartbeat_sr_foreign_vdis",
    .labels = "pool,sr",
    .help = "Disks on the heartbeat SR that are neither statefile nor HA metadata; should be 0.",
    .source = "VDI.SR, type, name_label",
};
inline constexpr MetricDef kHeartbeatSrIsPrimaryStorage{
    .name = "xenha_heartbeat_sr_is_primary_storage",
    .labels = "pool,sr,cloudstack",
    .help =
        "1 if CloudStack also uses the heartbeat SR as primary storage, which it must not, 0 if not; absent "
        "while CloudStack's storage is unknown.",
    .source = "pool.ha_statefiles against listStoragePools, host.tags cloud-heartbeat-*, VDIs of the SR",
};
inline constexpr MetricDef kHeartbeatStatefileResolves{
    .name = "xenha_heartbeat_statefile_resolves",
    .labels = "pool",
    .help =
        "1 if every statefile that the pool names exists; 0 breaks the next enabling of HA. Absent when it "
        "names none.",
    .source = "pool.ha_statefiles, VDI",
};
inline constexpr MetricDef kHeartbeatStatefileLatency{
    .name = "xenha_heartbeat_statefile_latency_seconds",
    .labels = "pool,host",
    .help =
        "Time of the host's last access to the statefile; absent unless HA is on and the source is recorded.",
    .source = "host RRD statefile/<uuid>/latency",
};
inline constexpr MetricDef kHeartbeatNetworkLatency{
    .name = "xenha_heartbeat_network_latency_seconds",
    .labels = "pool,host",
    .help =
        "Time between the last two network heartbeats beyond the nominal interval, may be negative; absent "
        "unless HA is on and the source is recorded.",
    .source = "host RRD network/latency",
};
inline constexpr MetricDef kHeartbeatXapiLatency{
    .name = "xenha_heartbeat_xapi_latency_seconds",
    .labels = "pool,host",
    .help =
        "Duration of the host's last toolstack health check; absent unless HA is on and the source is "
        "recorded.",
    .source = "host RRD xapi_healthcheck/latency",
};
inline constexpr MetricDef kHeartbeatLatencyRecorded{
    .name = "xenha_heartbeat_latency_recorded",
    .labels = "pool,host,datasource",
    .help =
        "1 if the host records the latency source (statefile, network, xapi), 0 if recording is off, as it "
        "is by default: xenhactl latency enable.",
    .source = "host.get_data_sources",
};
inline constexpr MetricDef kHeartbeatMargin{
    .name = "xenha_heartbeat_margin_ratio",
    .labels = "pool,host",
    .help =
        "How far the host is from being fenced: 1 is all of the HA timeout left, 0 is none. Absent unless HA "
        "is on and one latency source is recorded.",
    .source = "1 - max(network / timeout, statefile / timeout, xapi / 120 s)",
};

// XenServer's own messages about HA.

inline constexpr MetricDef kHaMessages{
    .name = "xenha_ha_messages_total",
    .type = kCounter,
    .labels = "pool,message",
    .help = "XenServer messages about HA by name since the exporter first ran, each message counted once.",
    .source = "message.name, uuid; kept in state_dir",
};
inline constexpr MetricDef kHaMessageLast{
    .name = "xenha_ha_message_last_timestamp_seconds",
    .labels = "pool,message",
    .help = "Unix time of the newest XenServer message of this name; absent before the first.",
    .source = "message.timestamp; kept in state_dir",
};

// CloudStack. `pool` is not there where nothing is joined to a pool, `cluster` where no cluster is known.

inline constexpr MetricDef kCloudUp{
    .name = "xenha_cloudstack_up",
    .labels = "cloudstack",
    .help = "1 if the CloudStack management server answered the last question, 0 if not.",
    .source = "last API call",
};
inline constexpr MetricDef kCloudLastSuccess{
    .name = "xenha_cloudstack_last_success_timestamp_seconds",
    .labels = "cloudstack",
    .help = "Unix time of the last good answer of the management server; absent before the first.",
    .source = "last API call",
};
inline constexpr MetricDef kCloudClockOffset{
    .name = "xenha_cloudstack_clock_offset_seconds",
    .labels = "cloudstack",
    .help = "Clock of the management server minus clock of the exporter, good to about a second.",
    .source = "Date header of API answers",
};
inline constexpr MetricDef kCloudInfo{
    .name = "xenha_cloudstack_info",
    .labels = "cloudstack,version",
    .help = "Always 1; label version is CloudStack's release.",
    .source = "listCapabilities cloudstackversion",
};
inline constexpr MetricDef kCloudHostState{
    .name = "xenha_cloudstack_host_state",
    .labels = "cloudstack,cluster,pool,host,state",
    .help =
        "1 for the state CloudStack holds the host in, 0 for the others. From 4.5 on only Down restarts VMs, "
        "Alert does not.",
    .source = "listHosts state",
};
inline constexpr MetricDef kCloudHostResourceState{
    .name = "xenha_cloudstack_host_resource_state",
    .labels = "cloudstack,cluster,pool,host,state",
    .help =
        "1 for the administrative state of the host in CloudStack (Enabled, Maintenance, ...), 0 for the "
        "others.",
    .source = "listHosts resourcestate",
};
inline constexpr MetricDef kCloudHostJoined{
    .name = "xenha_cloudstack_host_joined",
    .labels = "cloudstack,cluster,host",
    .help =
        "1 if the host is known to CloudStack and to a configured pool, 0 if CloudStack knows it alone, or "
        "the "
        "pool alone.",
    .source = "listHosts ipaddress and name against host.address and name_label",
};
inline constexpr MetricDef kCloudClusterManaged{
    .name = "xenha_cloudstack_cluster_managed",
    .labels = "cloudstack,cluster,pool",
    .help = "1 if CloudStack manages the cluster, 0 if it was told not to: then it restarts nothing there.",
    .source = "listClusters managedstate",
};
inline constexpr MetricDef kCloudVms{
    .name = "xenha_cloudstack_vms",
    .labels = "cloudstack,cluster,pool,vm_kind,state,ha",
    .help =
        "VMs that CloudStack knows on XenServer, by kind, state and HA flag (true, false, unknown); a "
        "combination without any VM is absent.",
    .source = "listVirtualMachines, listRouters, listSystemVms; haenable, else the offering's offerha",
};
inline constexpr MetricDef kCloudVmMismatch{
    .name = "xenha_cloudstack_vm_mismatch",
    .labels = "cloudstack,pool,direction",
    .help =
        "VMs that one system holds for running and the other does not: cloudstack_only run nowhere, "
        "xenserver_only could be started a second time.",
    .source = "VM state in CloudStack against VM.power_state, by instance name",
};
inline constexpr MetricDef kCloudSettingSeconds{
    .name = "xenha_cloudstack_setting_seconds",
    .labels = "cloudstack,setting",
    .help = "Effective value of CloudStack's settings that are times (alert.wait, ping.interval, ...).",
    .source = "listConfigurations, else the release's default",
};
inline constexpr MetricDef kCloudSettingValue{
    .name = "xenha_cloudstack_setting_value",
    .labels = "cloudstack,setting",
    .help =
        "Effective value of CloudStack's settings that are factors, counts, or true (1) and false (0), such "
        "as vm.ha.enabled.",
    .source = "listConfigurations, else the release's default",
};
inline constexpr MetricDef kCloudSettingDefault{
    .name = "xenha_cloudstack_setting_default",
    .labels = "cloudstack,setting",
    .help = "1 if nobody has set the setting to anything but its default, 0 if somebody has.",
    .source = "listConfigurations value against the release's default",
};
inline constexpr MetricDef kCloudAlerts{
    .name = "xenha_cloudstack_alerts_total",
    .type = kCounter,
    .labels = "cloudstack,alert",
    .help = "CloudStack's alerts about hosts and VM HA by meaning since the exporter first ran.",
    .source = "listAlerts type and description; kept in state_dir",
};

// Failovers, as the stop-watch measured them.

inline constexpr MetricDef kFailoverInProgress{
    .name = "xenha_failover_in_progress",
    .labels = "pool,host,role",
    .help = "Always 1 while a failover is open; labels tell the lost host and the role it had.",
    .source = "the stop-watch",
};
inline constexpr MetricDef kFailoverSuspicions{
    .name = "xenha_failover_suspicions_total",
    .type = kCounter,
    .labels = "pool",
    .help = "Suspicions of a lost host that came to nothing.",
    .source = "the stop-watch, kept in state_dir",
};
inline constexpr MetricDef kFailovers{
    .name = "xenha_failovers_total",
    .type = kCounter,
    .labels = "pool,role,outcome",
    .help =
        "Failovers that ended, by the role of the lost host: recovered (every protected VM runs again), "
        "partial "
        "(some do not), expired (after 3 hours), false_alarm.",
    .source = "the stop-watch, kept in state_dir",
};
inline constexpr MetricDef kFailoverPhaseSeconds{
    .name = "xenha_failover_phase_seconds",
    .type = kHistogram,
    .labels = "pool,role,phase",
    .help = "Time from the last contact with the lost host to each phase that the failover reached.",
    .source = "the stop-watch, kept in state_dir",
};
inline constexpr MetricDef kFailoverLastPhase{
    .name = "xenha_failover_last_phase_seconds",
    .labels = "pool,phase",
    .help =
        "Time from the last contact with the lost host to each phase that the newest failover has reached; "
        "absent before the first.",
    .source = "the stop-watch, kept in state_dir",
};
inline constexpr MetricDef kFailoverStartUncertainty{
    .name = "xenha_failover_start_uncertainty_seconds",
    .labels = "pool",
    .help =
        "Time between the last contact with the lost host and the first failed one, of the newest failover: "
        "times measured from the loss may be too long by so much.",
    .source = "direct probes",
};
inline constexpr MetricDef kVmRestartLatency{
    .name = "xenha_vm_restart_latency_seconds",
    .type = kHistogram,
    .labels = "pool,vm_kind,seen_by",
    .help =
        "Time from the loss of the host to the VM running again, as each system saw it (xenserver, "
        "cloudstack).",
    .source = "XenAPI events; events, lastupdated, alerts, states of CloudStack; kept in state_dir",
};
inline constexpr MetricDef kVmRestartPending{
    .name = "xenha_vm_restart_pending",
    .labels = "pool,vm_kind",
    .help = "VMs of lost hosts that HA protects and that do not run again yet, in all open failovers.",
    .source = "the stop-watch",
};
inline constexpr MetricDef kVmRestartPendingOldest{
    .name = "xenha_vm_restart_pending_oldest_timestamp_seconds",
    .labels = "pool",
    .help = "Unix time of the loss since which a VM has waited longest to run again; absent when none waits.",
    .source = "the stop-watch",
};
inline constexpr MetricDef kVmNotProtected{
    .name = "xenha_vm_not_protected",
    .labels = "pool",
    .help =
        "VMs of the newest failover that nobody restarts because their HA flag is off; absent before the "
        "first "
        "failover.",
    .source = "haenable, offerha",
};

// What watching costs.

inline constexpr MetricDef kXapiCalls{
    .name = "xenha_exporter_xapi_calls_total",
    .type = kCounter,
    .labels = "pool,method",
    .help = "Calls that the exporter sent to the pool's hosts, by method.",
    .source = "the exporter itself",
};
inline constexpr MetricDef kXapiErrors{
    .name = "xenha_exporter_xapi_errors_total",
    .type = kCounter,
    .labels = "pool,error",
    .help = "Calls to the pool's hosts that failed, by kind of error.",
    .source = "the exporter itself",
};
inline constexpr MetricDef kXapiReceivedBytes{
    .name = "xenha_exporter_xapi_received_bytes_total",
    .type = kCounter,
    .labels = "pool",
    .help = "Bytes of answers received from the pool's hosts.",
    .source = "the exporter itself",
};
inline constexpr MetricDef kXapiCallSeconds{
    .name = "xenha_exporter_xapi_call_seconds",
    .type = kHistogram,
    .labels = "pool",
    .help = "Duration of calls to the pool's hosts; the event stream's long polls are not counted.",
    .source = "the exporter itself",
};
inline constexpr MetricDef kSessions{
    .name = "xenha_exporter_sessions",
    .labels = "pool",
    .help = "Sessions that the exporter holds on the pool's hosts.",
    .source = "the exporter itself",
};
inline constexpr MetricDef kProbeInterval{
    .name = "xenha_exporter_probe_interval_seconds",
    .labels = "pool",
    .help = "Interval at which each host of the pool is asked directly at present.",
    .source = "the exporter itself",
};

// The exporter as a whole.

inline constexpr MetricDef kIsolated{
    .name = "xenha_exporter_isolated",
    .help =
        "1 when more than half of all hosts, in at least two pools, lost contact at once: look at the "
        "exporter's own network first.",
    .source = "direct probes of all pools",
};
inline constexpr MetricDef kBuildInfo{
    .name = "xenha_exporter_build_info",
    .labels = "version,compiler",
    .help = "Always 1; labels tell which exporter this is.",
    .source = "the build",
};
inline constexpr MetricDef kConfigReloadSuccessful{
    .name = "xenha_config_last_reload_successful",
    .help =
        "1 if the configuration file was good when it was last read, 0 if it was refused and the one before "
        "is still in use.",
    .source = "start, SIGHUP, POST /-/reload",
};
inline constexpr MetricDef kConfigReloadSuccessTime{
    .name = "xenha_config_last_reload_success_timestamp_seconds",
    .help = "Unix time when a good configuration was last read.",
    .source = "start, SIGHUP, POST /-/reload",
};

// Only in answers of /probe.

inline constexpr MetricDef kProbeSuccess{
    .name = "probe_success",
    .help = "1 if the pool's master answered the last exchange, 0 if not; the same as xenha_pool_up.",
    .source = "last call or event stream answer",
};
inline constexpr MetricDef kProbeDuration{
    .name = "probe_duration_seconds",
    .help = "Duration of the last full round of direct probes of the pool's hosts.",
    .source = "direct probe of each host",
};

/// Everything above, in reading order.
std::span<const metrics::CatalogGroup> groups();

}  // namespace xenha::exporter::catalog
