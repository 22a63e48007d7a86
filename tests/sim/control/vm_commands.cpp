// VMs as CloudStack and operators move them.
#include "tests/sim/control/commands.h"
#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/world_builder.h"

namespace xenha::sim {
namespace {

std::string vm_of(const CommandArgs& args, const Database& db) {
  for (const std::string& vm : db.find_by_name("VM", args.text("vm")))
    if (!db.flag("VM", vm, "is_a_template") && !db.flag("VM", vm, "is_a_snapshot")) return vm;
  return {};
}

Command on_vm(Result<Json> (*act)(CommandArgs&, Database&, const std::string&)) {
  return {false, [act](CommandArgs& args) -> Result<Json> {
            Database* db = args.db();
            const std::string vm = vm_of(args, *db);
            if (vm.empty()) return bad_command("no such VM: " + args.text("vm"));
            return act(args, *db, vm);
          }};
}

Result<Json> start(CommandArgs& args, Database& db, const std::string& vm) {
  start_vm(args.world, db, vm, args.host ? *args.host : *args.site->hosts.front());
  return done();
}

Result<Json> stop(CommandArgs&, Database& db, const std::string& vm) {
  halt_vm(db, vm);
  return done();
}

Result<Json> destroy(CommandArgs&, Database& db, const std::string& vm) {
  remove_vm(db, vm);
  return done();
}

Result<Json> migrate(CommandArgs& args, Database& db, const std::string& vm) {
  if (!args.host) return bad_command("vm-migrate needs a host");
  db.set("VM", vm, "resident_on", args.host->ref);
  return done();
}

Result<Json> protect(CommandArgs& args, Database& db, const std::string& vm) {
  const bool on = args.flag("on", true);
  db.set("VM", vm, "ha_restart_priority", on ? "restart" : "");
  db.set("VM", vm, "ha_always_run", on);
  return done();
}

Result<Json> create(CommandArgs& args) {
  Database* db = args.db();
  return Json{{"ref", add_vm(args.world, *db, args.text("vm", "i-2-999-VM"), args.host)}};
}

}  // namespace

void add_vm_commands(CommandMap& commands) {
  commands["vm-create"] = {false, create};
  commands["vm-start"] = on_vm(start);
  commands["vm-stop"] = on_vm(stop);
  commands["vm-destroy"] = on_vm(destroy);
  commands["vm-migrate"] = on_vm(migrate);
  commands["protect-vm"] = on_vm(protect);
}

}  // namespace xenha::sim
