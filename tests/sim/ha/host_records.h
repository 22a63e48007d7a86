// What a host's life leaves in the pool database.
#pragma once

#include "tests/sim/world/world.h"

namespace xenha::sim {

void set_live(Database& db, const Host& host, bool live);
bool is_live(const Database& db, const Host& host);
/// agent_start_time and boot_time, as the host knows them.
void write_start_times(Database& db, const Host& host);
void set_enabled(Database& db, const Host& host, bool enabled);
/// live=false and every VM that was there Halted; protected ones are started elsewhere while HA is on.
void declare_dead(Site& site, Host& master, const Host& dead);
/// PBDs as they are after a start of the host's xapi: plugged, but not to a heartbeat disk that it cannot
/// reach.
void plug_storage(Database& db, const Host& host);
/// VMs the database still believes to run on a host that has just booted.
void halt_vms_of(Database& db, const Host& host);
/// References of all VMs with this host as resident_on, without its control domain.
std::vector<std::string> vms_on(const Database& db, const Host& host);
/// Power state, place and start time of a VM that starts.
void start_vm(World& world, Database& db, const std::string& vm, const Host& where);
void halt_vm(Database& db, const std::string& vm);

}  // namespace xenha::sim
