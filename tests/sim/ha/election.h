// Who becomes master when the master left the liveset: the statefile's lock decides.
#pragma once

#include "tests/sim/world/world.h"

namespace xenha::sim {

/// Lets a living host that can write the statefile take the role, and makes the others follow it.
void elect_if_needed(Site& site);
/// The database a new master starts with: the old one's, its generation counter a little behind.
std::shared_ptr<Database> copy_for_new_master(const Site& site, const Host& old_master);

}  // namespace xenha::sim
