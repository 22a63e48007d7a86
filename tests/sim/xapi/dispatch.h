// From an HTTP request at a host to the handler of its method: paths, codecs, emergency mode, sessions,
// roles.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/sim/xapi/api_call.h"

namespace xenha::sim {

using CallHandler = void (*)(const ApiCallPtr& call);
using HandlerMap = std::map<std::string, CallHandler, std::less<>>;

/// Every request that reaches a host's listener.
void serve(World& world, Host& host, const std::shared_ptr<Exchange>& exchange);
/// Connections of running calls end without an answer; their tasks stay as they are.
void abort_calls(Host& host);
/// Whether a connection from one host's toolstack to the other's would be answered.
bool can_reach(const Host& from, const Host& to);
/// The master that a host follows (itself, for a master) if it can be reached now; null otherwise.
Host* reachable_master(Host& host);

// Handlers, by area.
void add_session_calls(HandlerMap& handlers);
void add_event_calls(HandlerMap& handlers);
void add_task_calls(HandlerMap& handlers);
void add_message_calls(HandlerMap& handlers);
void add_host_calls(HandlerMap& handlers);
void add_host_power_calls(HandlerMap& handlers);
void add_emergency_calls(HandlerMap& handlers);
void add_pool_calls(HandlerMap& handlers);
void add_ha_calls(HandlerMap& handlers);
void add_storage_calls(HandlerMap& handlers);
void add_vm_calls(HandlerMap& handlers);
void add_data_source_calls(HandlerMap& handlers);
/// get_record, get_all_records, set_x, add_to_x ... for every class of the data model. False: no such thing.
bool run_generic(const ApiCallPtr& call);

}  // namespace xenha::sim
