// Opens and closes sessions of a master, with their records in its database.
#pragma once

#include <string>

namespace xenha::sim {

class World;
struct Host;

/// Makes ended sessions vanish from the database and from waiting event calls. Once per start of a master.
void watch_sessions(World& world, Host& master);

}  // namespace xenha::sim
