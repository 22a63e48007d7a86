// The heartbeat's storage: access, PBDs, VDIs, paths, room.
#include <utility>

#include "tests/sim/control/commands.h"
#include "tests/sim/ha/host_life.h"

namespace xenha::sim {
namespace {

/// "sr": name-label or uuid; left out: the heartbeat SR.
std::string sr_of(const CommandArgs& args, const Database& db) {
  const std::string wanted = args.text("sr");
  if (wanted.empty()) return args.site->heartbeat_sr;
  const std::string by_uuid = db.find_by_uuid("SR", wanted);
  if (!by_uuid.empty()) return by_uuid;
  const std::vector<std::string> named = db.find_by_name("SR", wanted);
  return named.empty() ? std::string() : named.front();
}

std::vector<std::string> pbds(const CommandArgs& args, const Database& db) {
  std::vector<std::string> out;
  const std::string sr = sr_of(args, db);
  for (const std::string& pbd : db.refs("PBD"))
    if (db.text("PBD", pbd, "SR") == sr)
      for (const Host* host : args.hosts())
        if (db.text("PBD", pbd, "host") == host->ref) out.push_back(pbd);
  return out;
}

Result<Json> with_db(CommandArgs& args, const std::function<Result<Json>(Database&)>& act) {
  Database* db = args.db();
  return db ? act(*db) : Result<Json>(bad_command("the pool has no database"));
}

Command on_pbds(std::function<void(Database&, const std::string&)> act) {
  return {false, [act = std::move(act)](CommandArgs& args) {
            return with_db(args, [&](Database& db) -> Result<Json> {
              const std::vector<std::string> found = pbds(args, db);
              if (found.empty()) return bad_command("no such PBD");
              for (const std::string& pbd : found) act(db, pbd);
              return done();
            });
          }};
}

Result<Json> set_paths(CommandArgs& args) {
  const int active = static_cast<int>(args.number("active", 2));
  const int total = static_cast<int>(args.number("total", 2));
  return with_db(args, [&](Database& db) -> Result<Json> {
    for (const std::string& pbd : pbds(args, db)) {
      Json other = db.get("PBD", pbd, "other_config");
      other["multipathed"] = "true";
      other["mpath-3600a0b80000f1d2f"] = "[" + std::to_string(active) + ", " + std::to_string(total) + "]";
      db.set("PBD", pbd, "other_config", std::move(other));
    }
    return done();
  });
}

Result<Json> dangle_statefile(CommandArgs& args) {
  return with_db(args, [&](Database& db) -> Result<Json> {
    for (const Json& vdi : db.get("pool", db.pool_ref(), "ha_statefiles"))
      db.destroy("VDI", vdi.get<std::string>());
    return done();
  });
}

Result<Json> foreign_vdi(CommandArgs& args) {
  return with_db(args, [&](Database& db) -> Result<Json> {
    const std::string vdi = db.create("VDI", {{"name_label", args.text("name", "ROOT-1")},
                                              {"type", "user"},
                                              {"SR", sr_of(args, db)},
                                              {"virtual_size", std::int64_t{20} << 30},
                                              {"managed", true}});
    return Json{{"ref", vdi}};
  });
}

Result<Json> set_sr_space(CommandArgs& args) {
  return with_db(args, [&](Database& db) -> Result<Json> {
    const std::string sr = sr_of(args, db);
    if (args.json.contains("size"))
      db.set("SR", sr, "physical_size", static_cast<std::int64_t>(args.number("size", 0)));
    if (args.json.contains("used"))
      db.set("SR", sr, "physical_utilisation", static_cast<std::int64_t>(args.number("used", 0)));
    return done();
  });
}

Command on_hosts(void (*act)(Host&)) {
  return {false, [act](CommandArgs& args) {
            for (Host* host : args.hosts()) act(*host);
            return done();
          }};
}

}  // namespace

void add_storage_commands(CommandMap& commands) {
  commands["lose-statefile"] = on_hosts([](Host& host) { set_statefile_access(host, false); });
  commands["restore-statefile"] = on_hosts([](Host& host) { set_statefile_access(host, true); });
  commands["disarm-host"] = on_hosts([](Host& host) {
    host.disarmed_by_fault = true;
    if (Host* master = host.site->master()) master->db->set("host", host.ref, "ha_statefiles", Json::array());
  });
  commands["arm-host"] = on_hosts([](Host& host) {
    host.disarmed_by_fault = false;
    if (Host* master = host.site->master())
      master->db->set("host", host.ref, "ha_statefiles",
                      master->db->get("pool", master->db->pool_ref(), "ha_statefiles"));
  });
  commands["unplug-pbd"] =
      on_pbds([](Database& db, const std::string& pbd) { db.set("PBD", pbd, "currently_attached", false); });
  commands["plug-pbd"] =
      on_pbds([](Database& db, const std::string& pbd) { db.set("PBD", pbd, "currently_attached", true); });
  commands["detach-pbd"] = on_pbds([](Database& db, const std::string& pbd) { db.destroy("PBD", pbd); });
  commands["set-paths"] = {false, set_paths};
  commands["dangle-statefile"] = {false, dangle_statefile};
  commands["foreign-vdi"] = {false, foreign_vdi};
  commands["set-sr-space"] = {false, set_sr_space};
}

}  // namespace xenha::sim
