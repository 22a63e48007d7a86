#include "tests/sim/xapi/methods.h"

#include <algorithm>
#include <array>

namespace xenha::sim {
namespace {

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

constexpr std::array<std::string_view, 17> kReads{
    "session.slave_local_login",
    "session.slave_local_login_with_password",
    "session.local_logout",
    "session.logout",
    "session.login_with_password",
    "host.is_in_emergency_mode",
    "host.local_assert_healthy",
    "host.ha_xapi_healthcheck",
    "host.query_data_source",
    "pool.is_slave",
    "pool.ha_failover_plan_exists",
    "pool.ha_compute_vm_failover_plan",
    "system.listMethods",
    "task.destroy",
    "host.list_methods",
    "host.dmesg",
    "pool.ha_compute_hypothetical_max_host_failures_to_tolerate"};

constexpr std::array<std::string_view, 17> kEmergency{"session.slave_local_login",
                                                      "session.slave_local_login_with_password",
                                                      "session.local_logout",
                                                      "host.is_in_emergency_mode",
                                                      "host.local_assert_healthy",
                                                      "host.emergency_ha_disable",
                                                      "host.local_management_reconfigure",
                                                      "host.management_disable",
                                                      "host.signal_networking_change",
                                                      "host.ha_xapi_healthcheck",
                                                      "host.shutdown_agent",
                                                      "host.get_system_status_capabilities",
                                                      "host.propose_new_master",
                                                      "host.commit_new_master",
                                                      "host.abort_new_master",
                                                      "pool.is_slave",
                                                      "pool.emergency_transition_to_master"};

constexpr std::array<std::string_view, 13> kNoDatabase{"session.slave_local_login_with_password",
                                                       "session.slave_local_login",
                                                       "session.local_logout",
                                                       "host.is_in_emergency_mode",
                                                       "host.local_assert_healthy",
                                                       "host.ha_xapi_healthcheck",
                                                       "host.emergency_ha_disable",
                                                       "host.shutdown_agent",
                                                       "host.local_management_reconfigure",
                                                       "pool.emergency_transition_to_master",
                                                       "pool.emergency_reset_master",
                                                       "host.management_disable",
                                                       "host.get_system_status_capabilities"};

}  // namespace

bool is_write(const MessageDef& message) {
  const std::string_view name = message.short_name;
  if (message.class_name == "event") return false;
  if (name.rfind("get_", 0) == 0 || name.rfind("assert_", 0) == 0) return false;
  return !contains(kReads, message.name);
}

bool allowed_in_emergency(std::string_view method, Release release) {
  if (method == "pool.emergency_reset_master") return true;
  if (release >= Release::k82 && method == "host.emergency_reset_server_certificate") return true;
  if (release >= Release::k8 && (method == "host.emergency_disable_tls_verification" ||
                                 method == "host.emergency_reenable_tls_verification" ||
                                 method == "host.emergency_clear_mandatory_guidance"))
    return true;
  return contains(kEmergency, method);
}

bool needs_no_database(std::string_view method) {
  return contains(kNoDatabase, method);
}

}  // namespace xenha::sim
