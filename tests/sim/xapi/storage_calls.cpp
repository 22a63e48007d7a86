// PBD.plug and unplug, SR.scan, VDI.destroy as far as HA cares.
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

bool carries_heartbeat(const ApiCallPtr& call, const std::string& sr) {
  const Database& db = *call->db;
  if (!db.flag("pool", db.pool_ref(), "ha_enabled")) return false;
  for (const Json& vdi : db.get("pool", db.pool_ref(), "ha_statefiles"))
    if (db.text("VDI", vdi.get<std::string>(), "SR") == sr) return true;
  return false;
}

void plug(const ApiCallPtr& call) {
  if (!call->db->exists("PBD", call->text(1)))
    return call->fail(fail("HANDLE_INVALID", "PBD", call->text(1)));
  call->db->set("PBD", call->text(1), "currently_attached", true);
  call->succeed();
}

void unplug(const ApiCallPtr& call) {
  if (!call->db->exists("PBD", call->text(1)))
    return call->fail(fail("HANDLE_INVALID", "PBD", call->text(1)));
  if (carries_heartbeat(call, call->db->text("PBD", call->text(1), "SR")))
    return call->fail(fail("HA_IS_ENABLED"));
  call->db->set("PBD", call->text(1), "currently_attached", false);
  call->succeed();
}

void scan(const ApiCallPtr& call) {
  if (!call->db->exists("SR", call->text(1))) return call->fail(fail("HANDLE_INVALID", "SR", call->text(1)));
  call->succeed();
}

void destroy_vdi(const ApiCallPtr& call) {
  const std::string vdi = call->text(1);
  if (!call->db->exists("VDI", vdi)) return call->fail(fail("HANDLE_INVALID", "VDI", vdi));
  const std::string type = call->db->text("VDI", vdi, "type");
  if ((type == "ha_statefile" || type == "redo_log") &&
      carries_heartbeat(call, call->db->text("VDI", vdi, "SR")))
    return call->fail(fail("HA_IS_ENABLED"));
  call->db->destroy("VDI", vdi);
  call->succeed();
}

}  // namespace

void add_storage_calls(HandlerMap& handlers) {
  handlers["PBD.plug"] = plug;
  handlers["PBD.unplug"] = unplug;
  handlers["SR.scan"] = scan;
  handlers["VDI.destroy"] = destroy_vdi;
}

}  // namespace xenha::sim
