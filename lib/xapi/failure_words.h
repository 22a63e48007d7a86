// One fixed short word for every error: the value of the metrics' label `error`. What a host sends never
// becomes a label by itself, so the number of series stays bounded.
#pragma once

#include <array>
#include <string_view>

#include "lib/base/result.h"

namespace xenha::xapi {

/// Every word that error_word can return.
inline constexpr std::array<std::string_view, 46> kErrorWords = {
    // Ours.
    "unreachable",
    "timeout",
    "tls",
    "auth",
    "fault",          // an XML-RPC fault
    "other_failure",  // a failure of XAPI without a word of its own
    "bad_reply",
    "too_large",
    "bad_config",
    // XAPI's failure codes in lower case; SESSION_AUTHENTICATION_FAILED is "auth".
    "cannot_contact_host",
    "cannot_create_state_file",
    "events_lost",
    "event_from_token_parse_failure",
    "field_type_error",
    "handle_invalid",
    "ha_disable_in_progress",
    "ha_enable_in_progress",
    "ha_failed_to_form_liveset",
    "ha_heartbeat_daemon_startup_failed",
    "ha_host_cannot_access_statefile",
    "ha_is_enabled",
    "ha_not_enabled",
    "ha_pool_is_enabled_but_host_is_disabled",
    "host_broken",
    "host_has_no_management_ip",
    "host_its_own_slave",
    "host_is_slave",
    "host_master_cannot_talk_back",
    "host_offline",
    "host_still_booting",
    "host_unknown_to_master",
    "internal_error",
    "licence_restriction",
    "message_method_unknown",
    "message_parameter_count_mismatch",
    "message_removed",
    "not_supported_during_upgrade",
    "other_operation_in_progress",
    "rbac_permission_denied",
    "session_authorization_failed",
    "session_invalid",
    "sr_has_no_pbds",
    "sr_source_space_insufficient",
    "too_many_pending_tasks",
    "uuid_invalid",
    "vdi_not_available",
};

/// Always one of kErrorWords.
std::string_view error_word(const Error& error);

}  // namespace xenha::xapi
