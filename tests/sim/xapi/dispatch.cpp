#include "tests/sim/xapi/dispatch.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "lib/base/log.h"
#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/audit_log.h"
#include "tests/sim/xapi/methods.h"
#include "tests/sim/xapi/rrd.h"

namespace xenha::sim {
namespace {

const HandlerMap& handlers() {
  static const HandlerMap map = [] {
    HandlerMap all;
    for (auto add : {add_session_calls, add_event_calls, add_task_calls, add_message_calls, add_host_calls,
                     add_host_power_calls, add_emergency_calls, add_pool_calls, add_ha_calls,
                     add_storage_calls, add_vm_calls, add_data_source_calls})
      add(all);
    return all;
  }();
  return map;
}

void run_handler(const ApiCallPtr& call) {
  if (call->async && !call->abandoned()) call->answer_with_task();
  const auto found = handlers().find(call->method);
  if (found != handlers().end()) return found->second(call);
  if (!run_generic(call)) call->fail(fail("NOT_IMPLEMENTED", call->method));
}

/// Repeats `attempt` until it says that it is done: a call that waits for the database of a dead master.
void keep_trying(const ApiCallPtr& call, bool (*attempt)(const ApiCallPtr&)) {
  if (call->abandoned() || attempt(call)) return;
  call->world.later(call->host, std::chrono::seconds(5), [call, attempt] { keep_trying(call, attempt); });
}

void check_role_and_run(const ApiCallPtr& call) {
  if (!call->superuser && call->def->min_role > call->role) {
    std::string permission = call->method;
    std::transform(permission.begin(), permission.end(), permission.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return call->fail(fail("RBAC_PERMISSION_DENIED", permission, "No permission in user session"));
  }
  const EnableFault& fault = call->site().enable_fault;
  if (call->method == "pool.enable_ha" && fault.phase == "refuse") return call->fail(fault.failure);
  run_handler(call);
}

bool run_with_local_session(const ApiCallPtr& call) {
  Host* master = reachable_master(call->host);
  if (!master && !needs_no_database(call->method)) return false;
  call->master = master;
  if (master) call->db = master->db;
  run_handler(call);
  return true;
}

/// A pool session at a slave: the slave asks the master whether it is good, only to say "not here".
bool refuse_at_slave(const ApiCallPtr& call) {
  Host* master = reachable_master(call->host);
  if (!master) return false;
  if (master->sessions.find(call->session))
    call->fail(fail("HOST_IS_SLAVE", call->host.master_address));
  else
    call->fail(fail("SESSION_INVALID", call->session));
  return true;
}

void run_with_session(const ApiCallPtr& call) {
  call->session = call->text(0);
  call->has_session = true;
  Host& host = call->host;
  if (const auto local = host.local_sessions.find(call->session); local != host.local_sessions.end()) {
    call->kind = Session::Kind::kLocal;
    call->user = local->second.user;
    call->world.log.describe(call->log_number, "local", call->user, "");
    return keep_trying(call, run_with_local_session);
  }
  call->world.log.describe(call->log_number, "pool", "", "");
  if (!host.is_master()) return keep_trying(call, refuse_at_slave);
  Session* session = host.sessions.find(call->session);
  if (!session) return call->fail(fail("SESSION_INVALID", call->session));
  session->last_active = call->world.clock.now();
  ++session->running_calls;
  call->master = &host;
  call->db = host.db;
  call->user = session->user;
  call->originator = session->originator;
  call->role = session->role;
  call->superuser = session->superuser;
  call->world.log.describe(call->log_number, "pool", call->user, call->originator);
  check_role_and_run(call);
}

/// From here on the call is in the log. A mistake of the simulator's own is an INTERNAL_ERROR, as in xapi.
void run(const ApiCallPtr& call);

void dispatch(const ApiCallPtr& call) {
  Host& host = call->host;
  const Release release = call->release();
  CallEntry entry;
  entry.time = unix_seconds(call->world.now());
  entry.pool = host.site->name;
  entry.host = host.address;
  const Request& request = call->exchange->request();
  entry.client = request.client_address;
  if (const auto agent = request.header("user-agent"); !agent.empty())
    entry.client += " " + std::string(agent);
  entry.method = call->wire.method;
  entry.session = "none";
  entry.outcome = "pending";
  call->def = find_message(call->method, release);
  entry.write = call->def && is_write(*call->def);
  call->log_number = call->world.log.start(std::move(entry));
  host.calls.remove_if([](const std::weak_ptr<ApiCall>& old) { return old.expired(); });
  host.calls.push_back(call);
  try {
    run(call);
  } catch (const std::exception& wrong) {
    log::error("a simulated call failed by a mistake of the simulator",
               {{"method", call->method}, {"what", wrong.what()}});
    call->fail(fail("INTERNAL_ERROR", wrong.what()));
  }
}

void run(const ApiCallPtr& call) {
  Host& host = call->host;
  const Release release = call->release();
  if (call->method == "system.listMethods")
    return call->succeed_bare(*type_of("string set"), list_methods(release));
  if (!call->def) {
    const bool removed = message_removed(call->method, release);
    return call->fail(fail(removed ? "MESSAGE_REMOVED" : "MESSAGE_METHOD_UNKNOWN", call->wire.method));
  }
  if (call->async && !call->def->has_async)
    return call->fault("Async call of " + call->method + " is not possible");
  Result<Json, Failure> params = check_params(*call->def, call->wire.params, release);
  if (!params) return call->fail(params.error());
  call->params = std::move(*params);
  if (!allowed_in_emergency(call->method, release)) {
    if (host.agent == Agent::kNotReady) return call->fail(fail("HOST_STILL_BOOTING"));
    if (host.emergency) return call->fail(*host.emergency);
  }
  if (!call->def->has_session) return run_handler(call);
  run_with_session(call);
}

bool is_xml_path(std::string_view path, Release release) {
  if (path == "/" || path == "/RPC2" || path == "/xmlrpc") return true;
  return release < Release::k70;
}

void serve_post(World& world, Host& host, const std::shared_ptr<Exchange>& exchange) {
  const Release release = host.site->release;
  const std::string_view path = exchange->request().path();
  const bool json = path == "/jsonrpc" && release >= Release::k70;
  if (!json && !is_xml_path(path, release))
    return exchange->respond(403, "text/html", "<html><body><h1>Forbidden</h1></body></html>");
  Result<Call> call =
      json ? parse_jsonrpc_call(exchange->request().body) : parse_xmlrpc_call(exchange->request().body);
  if (!call) {
    if (release < Release::k70 && !json)
      return exchange->respond(200, kXmlContentType, encode_fault(1, call.error().message));
    return exchange->respond(500, "text/html", "<html><body><h1>Internal server error</h1></body></html>");
  }
  dispatch(std::make_shared<ApiCall>(world, host, exchange, std::move(*call), json));
}

void serve_get(World& world, Host& host, const std::shared_ptr<Exchange>& exchange) {
  const std::string_view path = exchange->request().path();
  if (path == "/rrd_updates") return serve_rrd_updates(world, host, exchange);
  if (path == "/audit_log") return serve_audit_log(world, host, exchange);
  if (path == "/")
    return exchange->respond(200, "text/html",
                             "<html><body><p>Welcome to " + host.hostname + "</p></body></html>");
  exchange->respond(403, "text/html", "<html><body><h1>Forbidden</h1></body></html>");
}

}  // namespace

bool can_reach(const Host& from, const Host& to) {
  if (&from == &to) return from.running();
  return from.powered && to.running() && !from.isolated && !to.isolated;
}

Host* reachable_master(Host& host) {
  if (host.is_master()) return host.db && !host.emergency ? &host : nullptr;
  for (const auto& site : host.world->sites)
    if (Host* master = site->at(host.master_address);
        master && can_reach(host, *master) && master->is_master() && !master->emergency)
      return master;
  return nullptr;
}

void abort_calls(Host& host) {
  for (const std::weak_ptr<ApiCall>& weak : host.calls)
    if (const ApiCallPtr call = weak.lock()) call->abort();
  host.calls.clear();
}

void serve(World& world, Host& host, const std::shared_ptr<Exchange>& exchange) {
  if (exchange->request().method == "POST") return serve_post(world, host, exchange);
  if (exchange->request().method == "GET") return serve_get(world, host, exchange);
  exchange->respond(403, "text/html", "<html><body><h1>Forbidden</h1></body></html>");
}

}  // namespace xenha::sim
