// The audit log of a host: one line per call with side effects, and GET /audit_log.
#pragma once

#include <memory>
#include <string>

namespace xenha::sim {

class ApiCall;
class Exchange;
class World;
struct Host;

/// Adds the line of a finished call that changes something. Reads leave none.
void write_audit_line(const ApiCall& call, const std::string& outcome);
/// GET /audit_log?since=: the host's own log, text after `since`.
void serve_audit_log(World& world, Host& host, const std::shared_ptr<Exchange>& exchange);

}  // namespace xenha::sim
