// Faults of a whole pool: HA cleared in silence, split brain, upgrade, maintenance, marks, sessions, ejected
// hosts.
#include <utility>

#include "tests/sim/control/commands.h"
#include "tests/sim/ha/disable_ha.h"
#include "tests/sim/ha/eject.h"
#include "tests/sim/ha/emergency.h"
#include "tests/sim/ha/host_records.h"

namespace xenha::sim {
namespace {

void set_key(Database& db, const char* cls, const std::string& ref, const std::string& key,
             const std::string& value) {
  Json other = db.get(cls, ref, "other_config");
  if (value.empty())
    other.erase(key);
  else
    other[key] = value;
  db.set(cls, ref, "other_config", std::move(other));
}

Result<Json> silent_disarm(CommandArgs& args) {
  Host* master = args.site->master();
  if (!master) return bad_command("the pool has no master");
  disarm_silently(*args.site, *master);
  return done();
}

Result<Json> rolling_upgrade(CommandArgs& args) {
  Database* db = args.db();
  set_key(*db, "pool", db->pool_ref(), "rolling_upgrade_in_progress", args.flag("on", true) ? "true" : "");
  return done();
}

/// What an operator does with XenCenter: host.disable and the MAINTENANCE_MODE key.
Result<Json> maintenance(CommandArgs& args) {
  Database* db = args.db();
  const bool on = args.flag("on", true);
  set_key(*db, "host", args.host->ref, "MAINTENANCE_MODE", on ? "true" : "");
  args.host->disabled_by_call = on;
  set_enabled(*db, *args.host, !on);
  return done();
}

/// The mark that xenhactl sets.
Result<Json> intent(CommandArgs& args) {
  Database* db = args.db();
  const auto until = args.world.now() + std::chrono::hours(8);
  const auto epoch = std::chrono::duration_cast<std::chrono::seconds>(until.time_since_epoch()).count();
  const std::string host = args.host ? args.host->name : args.site->hosts.front()->name;
  const std::string text =
      args.text("text", "by=operator;host=" + host + ";step=1;until=" + std::to_string(epoch));
  set_key(*db, "pool", db->pool_ref(), "xenha:intent", args.flag("on", true) ? text : "");
  return done();
}

Result<Json> licence(CommandArgs& args) {
  Database* db = args.db();
  Json restrictions = db->get("pool", db->pool_ref(), "restrictions");
  restrictions["enable_xha"] = args.flag("on", true) ? "true" : "false";
  db->set("pool", db->pool_ref(), "restrictions", std::move(restrictions));
  return done();
}

Result<Json> expire_sessions(CommandArgs& args) {
  for (Host* host : args.hosts()) {
    host->sessions.clear();
    if (args.flag("local", false)) host->local_sessions.clear();
  }
  return done();
}

Result<Json> change_password(CommandArgs& args) {
  const std::string user = args.text("user", "root");
  const std::string password = args.text("password");
  if (password.empty()) return bad_command("password is missing");
  if (user != "root") {
    args.site->users[user].password = password;
    return done();
  }
  for (Host* host : args.hosts()) host->root_password = password;
  return done();
}

Result<Json> eject(CommandArgs& args) {
  Host* master = args.site->master();
  if (!master || args.host == master)
    return bad_command("only a slave of a pool with a master can be ejected");
  eject_host(*args.host);
  return done();
}

Result<Json> miss_deletions(CommandArgs& args) {
  args.db()->forget_deletions();
  return done();
}

Result<Json> message(CommandArgs& args) {
  create_message(*args.site, args.text("name", "ALARM"), static_cast<int>(args.number("priority", 3)),
                 args.text("cls", "Pool"), args.text("obj_uuid"), args.text("body"));
  return done();
}

Result<Json> ha_timeout(CommandArgs& args) {
  Database* db = args.db();
  db->set("pool", db->pool_ref(), "ha_configuration", {{"timeout", args.text("seconds", "60")}});
  args.site->statefile.timeout = static_cast<int>(args.number("seconds", 60));
  return done();
}

Result<Json> enable_fails(CommandArgs& args) {
  args.site->enable_fault = {args.text("phase"), fail(args.text("code", "HA_FAILED_TO_FORM_LIVESET")),
                             args.flag("rollback_hangs", false)};
  return done();
}

/// "" ends it.
Result<Json> vms_cannot_leave(CommandArgs& args) {
  const std::string code = args.text("code", "HOST_NOT_ENOUGH_FREE_MEMORY");
  args.site->cannot_leave = code.empty() ? std::nullopt : std::optional(fail(code));
  return done();
}

}  // namespace

void add_pool_commands(CommandMap& commands) {
  commands["silent-disarm"] = {false, silent_disarm};
  commands["split-brain"] = {true, [](CommandArgs& args) {
                               split_brain(*args.host);
                               return done();
                             }};
  commands["rolling-upgrade"] = {false, rolling_upgrade};
  commands["maintenance"] = {true, maintenance};
  commands["intent"] = {false, intent};
  commands["licence"] = {false, licence};
  commands["expire-sessions"] = {false, expire_sessions};
  commands["change-password"] = {false, change_password};
  commands["eject"] = {true, eject};
  commands["miss-deletions"] = {false, miss_deletions};
  commands["message"] = {false, message};
  commands["ha-timeout"] = {false, ha_timeout};
  commands["enable-fails"] = {false, enable_fails};
  commands["vms-cannot-leave"] = {false, vms_cannot_leave};
}

}  // namespace xenha::sim
