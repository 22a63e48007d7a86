// GET /rrd_updates of one host: its own data sources and those of the VMs that run on it.
#pragma once

#include <memory>

namespace xenha::sim {

class Exchange;
class World;
struct Host;

void serve_rrd_updates(World& world, Host& host, const std::shared_ptr<Exchange>& exchange);

}  // namespace xenha::sim
