// Every XenAPI method that xenha-exporter can encode. All of them read, or end what the exporter itself
// began; the encoder refuses everything else, and a test holds this list against the data model's roles and
// side effects.
#pragma once

#include <array>
#include <string_view>

namespace xenha::exporter {

inline constexpr std::array<std::string_view, 82> kAllowedMethods{
    // Sessions, ours only.
    "session.login_with_password", "session.logout", "session.slave_local_login_with_password",
    "session.local_logout",
    // The direct probe. All answer without the database of another host (reference 2.5).
    "pool.get_all", "pool.get_uuid", "host.is_in_emergency_mode", "host.local_assert_healthy",
    // Following the master.
    "event.from", "host.get_servertime", "message.get_since", "host_patch.get_all_records",
    "pool_patch.get_all_records",
    // When one unescaped key breaks the records of a class: the class alone, filtered, or field by field.
    "pool.get_all_records", "host.get_all_records", "host_metrics.get_all_records", "PBD.get_all_records",
    "SR.get_all_records", "VDI.get_all_records", "VM.get_all_records", "task.get_all_records",
    "VDI.get_all_records_where", "VM.get_all_records_where", "host.get_all", "host_metrics.get_all",
    "PBD.get_all", "SR.get_all", "task.get_all", "VDI.get_all", "VM.get_all", "pool.get_name_label",
    "pool.get_master", "pool.get_ha_enabled", "pool.get_ha_configuration", "pool.get_ha_statefiles",
    "pool.get_ha_host_failures_to_tolerate", "pool.get_ha_plan_exists_for", "pool.get_ha_overcommitted",
    "pool.get_ha_cluster_stack", "pool.get_restrictions", "pool.get_current_operations",
    "pool.get_other_config", "host.get_uuid", "host.get_name_label", "host.get_hostname", "host.get_address",
    "host.get_enabled", "host.get_metrics", "host.get_API_version_major", "host.get_API_version_minor",
    "host.get_ha_statefiles", "host.get_ha_network_peers", "host.get_software_version",
    "host.get_other_config", "host.get_tags", "host_metrics.get_live", "PBD.get_host", "PBD.get_SR",
    "PBD.get_currently_attached", "PBD.get_other_config", "SR.get_uuid", "SR.get_name_label", "SR.get_type",
    "SR.get_shared", "SR.get_physical_size", "SR.get_physical_utilisation", "VDI.get_SR", "VDI.get_type",
    "VDI.get_name_label", "VDI.get_virtual_size", "VDI.get_missing", "VM.get_uuid", "VM.get_name_label",
    "VM.get_power_state", "VM.get_resident_on", "VM.get_is_a_template", "VM.get_is_a_snapshot",
    "VM.get_is_control_domain", "VM.get_ha_restart_priority", "VM.get_ha_always_run", "task.get_name_label",
    "task.get_status"};

/// Those that every pool sees in normal operation: their counters start at 0.
inline constexpr std::array<std::string_view, 12> kUsualMethods{"session.login_with_password",
                                                                "session.logout",
                                                                "session.slave_local_login_with_password",
                                                                "session.local_logout",
                                                                "pool.get_all",
                                                                "pool.get_uuid",
                                                                "host.is_in_emergency_mode",
                                                                "host.local_assert_healthy",
                                                                "event.from",
                                                                "host.get_servertime",
                                                                "message.get_since",
                                                                "rrd_updates"};

}  // namespace xenha::exporter
