#include "tests/sim/xapi/session_calls.h"

#include <utility>

#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {
namespace {

void refuse_password(const ApiCallPtr& call, const std::string& user) {
  call->world.later(call->host, timings::kWrongPassword, [call, user] {
    call->fail(fail("SESSION_AUTHENTICATION_FAILED", user, "Authentication failure"));
  });
}

std::string open_session(const ApiCallPtr& call, Host& master, const std::string& user, const User* account) {
  World& world = call->world;
  Session session;
  session.ref = world.ids->ref();
  session.user = user;
  session.originator = call->text(3);
  session.client = call->exchange->request().client_address;
  session.superuser = account == nullptr;
  session.role = account ? account->role : Role::kPoolAdmin;
  session.opened = session.last_active = world.clock.now();
  const std::string now = world.now_text(master);
  master.db->create_at("session", session.ref,
                       {{"this_host", master.ref},
                        {"last_active", now},
                        {"validation_time", now},
                        {"is_local_superuser", session.superuser},
                        {"auth_user_name", session.superuser ? "" : user},
                        {"auth_user_sid", session.superuser ? "" : "S-1-5-21-1000-" + user},
                        {"originator", session.originator},
                        {"pool", false}});
  return master.sessions.open(std::move(session), master.site->release).ref;
}

/// Null when the password is right; otherwise the call was answered.
bool check_password(const ApiCallPtr& call, const std::string& user, const std::string& password,
                    const User** account) {
  *account = nullptr;
  if (user == "root") {
    if (password == call->host.root_password) return true;
    refuse_password(call, user);
    return false;
  }
  const auto found = call->site().users.find(user);
  if (found == call->site().users.end() || found->second.password != password) {
    refuse_password(call, user);
    return false;
  }
  if (!found->second.has_role) {
    call->fail(fail("SESSION_AUTHORIZATION_FAILED", user, "The user has no role"));
    return false;
  }
  *account = &found->second;
  return true;
}

/// 6.2 checks the password, makes a session in the master's database, and only then says that it is a slave.
void login_at_old_slave(const ApiCallPtr& call) {
  if (call->abandoned()) return;
  const User* account = nullptr;
  if (!check_password(call, call->text(0), call->text(1), &account)) return;
  if (Host* master = reachable_master(call->host)) {
    open_session(call, *master, call->text(0), account);
    return call->fail(fail("HOST_IS_SLAVE", call->host.master_address));
  }
  call->world.later(call->host, std::chrono::seconds(5), [call] { login_at_old_slave(call); });
}

void login_with_password(const ApiCallPtr& call) {
  Host& host = call->host;
  call->world.log.describe(call->log_number, "none", call->text(0), call->text(3));
  if (!host.is_master()) {
    if (call->release() == Release::k62) return login_at_old_slave(call);
    return call->fail(fail("HOST_IS_SLAVE", host.master_address));
  }
  const User* account = nullptr;
  if (!check_password(call, call->text(0), call->text(1), &account)) return;
  const std::string session = open_session(call, host, call->text(0), account);
  // The network may lose the answer, and the session stays: as on a real host.
  call->succeed(session);
}

void local_login(const ApiCallPtr& call) {
  Host& host = call->host;
  call->world.log.describe(call->log_number, "none", call->text(0), "");
  if (call->text(0) != "root" || call->text(1) != host.root_password)
    return refuse_password(call, call->text(0));
  Session session;
  session.kind = Session::Kind::kLocal;
  session.ref = call->world.ids->ref();
  session.user = "root";
  session.client = call->exchange->request().client_address;
  session.opened = session.last_active = call->world.clock.now();
  const std::string ref = session.ref;
  host.local_sessions[ref] = std::move(session);
  call->succeed(ref);
}

void local_logout(const ApiCallPtr& call) {
  if (call->kind != Session::Kind::kLocal) return call->fail(fail("SESSION_INVALID", call->session));
  call->host.local_sessions.erase(call->session);
  call->succeed();
}

void logout(const ApiCallPtr& call) {
  if (call->kind == Session::Kind::kLocal)
    call->host.local_sessions.erase(call->session);
  else
    call->master->sessions.close(call->session);
  call->succeed();
}

void change_password(const ApiCallPtr& call) {
  if (call->text(1) != call->host.root_password) return refuse_password(call, "root");
  for (const auto& host : call->site().hosts) host->root_password = call->text(2);
  call->succeed();
}

void get_rbac_permissions(const ApiCallPtr& call) {
  Session* session = call->master->sessions.find(call->text(1));
  if (!session) return call->fail(fail("HANDLE_INVALID", "session", call->text(1)));
  Json out = Json::array();
  for (const MessageDef* message : messages_of(call->release()))
    if (session->superuser || message->min_role <= session->role) out.push_back(message->name);
  call->succeed(std::move(out));
}

void get_last_active(const ApiCallPtr& call) {
  if (!call->db->exists("session", call->text(1)))
    return call->fail(fail("HANDLE_INVALID", "session", call->text(1)));
  call->succeed(call->world.now_text(call->host));
}

}  // namespace

void watch_sessions(World& world, Host& master) {
  (void)world;
  master.sessions.on_end([&master](const Session& session) {
    if (master.db) master.db->destroy("session", session.ref);
    if (master.events) master.events->drop_session(session.ref);
  });
}

void add_session_calls(HandlerMap& handlers) {
  handlers["session.login_with_password"] = login_with_password;
  handlers["session.slave_local_login_with_password"] = local_login;
  handlers["session.local_logout"] = local_logout;
  handlers["session.logout"] = logout;
  handlers["session.change_password"] = change_password;
  handlers["session.get_rbac_permissions"] = get_rbac_permissions;
  handlers["session.get_last_active"] = get_last_active;
}

}  // namespace xenha::sim
