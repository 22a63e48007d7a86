// Makes a healthy world of what the options ask for: records of every class, roles, HA on.
#pragma once

#include "lib/base/result.h"
#include "tests/sim/world/world.h"

namespace xenha::sim {

/// Fills `world.sites`. No sockets yet. Errors: kBadConfig (unknown release, impossible numbers).
Status build_world(World& world);
/// A further user VM with its metrics; `host` null: halted. Answers the reference.
std::string add_vm(World& world, Database& db, const std::string& name, const Host* host);
/// Removes a VM and its metrics, as CloudStack's stop does.
void remove_vm(Database& db, const std::string& vm);

}  // namespace xenha::sim
