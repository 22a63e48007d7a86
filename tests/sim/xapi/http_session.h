// Who may use the plain HTTP handlers (/rrd_updates, /audit_log): session_id in query or cookie, or HTTP
// Basic.
#pragma once

#include <functional>
#include <memory>

namespace xenha::sim {

class Exchange;
class World;
struct Host;

/// Runs `then` if the request may; otherwise answers 401 or 403. On a slave the session is looked up in the
/// master's database: with the master dead the request hangs.
void authorize_http(World& world, Host& host, const std::shared_ptr<Exchange>& exchange,
                    std::function<void()> then);

}  // namespace xenha::sim
