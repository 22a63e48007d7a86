// What the data model does not say about methods: which change something, which are answered in emergency
// mode, which need no database.
#pragma once

#include <string_view>

#include "tests/sim/wire/datamodel.h"

namespace xenha::sim {

/// True when a call of it changes a pool or a host. Login, logout, events and ending one's own task are
/// reads.
bool is_write(const MessageDef& message);
bool allowed_in_emergency(std::string_view method, Release release);
/// Answered from the host's own state: never blocks on a dead master.
bool needs_no_database(std::string_view method);

}  // namespace xenha::sim
