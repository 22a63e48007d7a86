// Every XenAPI method that the procedures of xenhactl can encode, beside those of the observer
// (hooks/allowed_methods.h), which looks for them and only reads. The encoder refuses everything else, and a
// test holds this list against the data model: each write is named there with its reason.
#pragma once

#include <array>
#include <string_view>

namespace xenha::xapi {

inline constexpr std::array<std::string_view, 21> kProcedureMethods{
    // Pool HA, and the role of master.
    "Async.pool.enable_ha", "Async.pool.disable_ha", "pool.designate_new_master",
    // One host.
    "host.disable", "host.enable", "Async.host.evacuate", "Async.host.reboot", "Async.host.shutdown",
    "host.emergency_ha_disable",
    // The marks.
    "pool.add_to_other_config", "pool.remove_from_other_config",
    // Following what was begun, and tidying up.
    "task.get_record", "task.destroy",
    // Sessions, ours only.
    "session.login_with_password", "session.logout", "session.slave_local_login_with_password",
    "session.local_logout",
    // What a procedure has to know beside what the observer saw.
    "host.get_all_records", "VM.get_all_records_where", "host.get_vms_which_prevent_evacuation",
    "host.local_assert_healthy"};

}  // namespace xenha::xapi
