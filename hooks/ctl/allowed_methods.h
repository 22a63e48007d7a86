// Every XenAPI method that xenhactl's commands that change nothing can encode. All of them read, or end what
// xenhactl itself began; a test holds this list against the data model's roles and side effects. The
// procedures have a list of their own (lib/xapi_operator).
#pragma once

#include <array>
#include <string_view>

namespace xenha::ctl {

inline constexpr std::array<std::string_view, 67> kAllowedMethods{
    // Sessions, ours only.
    "session.login_with_password", "session.logout", "session.slave_local_login_with_password",
    "session.local_logout",
    // Asking a host directly. All answer without the database of another host (reference 2.5).
    "pool.get_all", "pool.get_uuid", "host.is_in_emergency_mode",
    // What the master says.
    "host.get_servertime", "pool.get_all_records", "host.get_all_records", "host_metrics.get_all_records",
    "PBD.get_all_records", "SR.get_all_records", "task.get_all_records", "VDI.get_all_records_where",
    "message.get_since", "VM.get_all_records_where", "host_patch.get_all_records",
    "pool_patch.get_all_records",
    // When one unescaped key breaks the records of a class: field by field.
    "host.get_all", "host_metrics.get_all", "PBD.get_all", "SR.get_all", "task.get_all",
    "pool.get_name_label", "pool.get_master", "pool.get_ha_enabled", "pool.get_ha_configuration",
    "pool.get_ha_statefiles", "pool.get_ha_host_failures_to_tolerate", "pool.get_ha_plan_exists_for",
    "pool.get_ha_overcommitted", "pool.get_ha_cluster_stack", "pool.get_restrictions",
    "pool.get_current_operations", "pool.get_other_config", "host.get_uuid", "host.get_name_label",
    "host.get_hostname", "host.get_address", "host.get_enabled", "host.get_metrics",
    "host.get_API_version_major", "host.get_API_version_minor", "host.get_ha_statefiles",
    "host.get_ha_network_peers", "host.get_software_version", "host.get_other_config", "host.get_tags",
    "host_metrics.get_live", "PBD.get_host", "PBD.get_SR", "PBD.get_currently_attached",
    "PBD.get_other_config", "SR.get_uuid", "SR.get_name_label", "SR.get_type", "SR.get_shared",
    "SR.get_physical_size", "SR.get_physical_utilisation", "VDI.get_SR", "VDI.get_type", "VDI.get_name_label",
    "VDI.get_virtual_size", "VDI.get_missing", "task.get_name_label", "task.get_status"};

/// What `latency` can encode: the two writes that it is there for, and sessions of its own.
inline constexpr std::array<std::string_view, 5> kLatencyMethods{
    "session.login_with_password", "session.logout", "host.get_data_sources", "host.record_data_source",
    "host.forget_data_source_archives"};

}  // namespace xenha::ctl
