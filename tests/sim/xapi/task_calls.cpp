// task.cancel and task.destroy; reading tasks is generic.
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

/// Ending somebody else's task needs more than read-only.
bool may_touch(const ApiCallPtr& call, const char* permission) {
  const std::string ref = call->text(1);
  if (!call->db->exists("task", ref)) {
    call->fail(fail("HANDLE_INVALID", "task", ref));
    return false;
  }
  const bool own = call->db->text("task", ref, "session") == call->session;
  if (own || call->superuser || call->role >= Role::kPoolOperator) return true;
  call->fail(fail("RBAC_PERMISSION_DENIED", permission, "No permission in user session"));
  return false;
}

void destroy(const ApiCallPtr& call) {
  if (!may_touch(call, "task.destroy/any")) return;
  call->db->destroy("task", call->text(1));
  call->succeed();
}

/// Accepted and without effect once the operation runs.
void cancel(const ApiCallPtr& call) {
  if (!may_touch(call, "task.cancel/any")) return;
  if (call->site().waiting_tasks.contains(call->text(1)))
    call->db->set("task", call->text(1), "status", "cancelling");
  call->succeed();
}

void create(const ApiCallPtr& call) {
  const std::string now = call->world.now_text(call->host);
  call->succeed(call->db->create("task", {{"name_label", call->text(1)},
                                          {"name_description", call->text(2)},
                                          {"created", now},
                                          {"finished", "19700101T00:00:00Z"},
                                          {"status", "pending"},
                                          {"session", call->session},
                                          {"resident_on", call->host.ref}}));
}

}  // namespace

void add_task_calls(HandlerMap& handlers) {
  handlers["task.create"] = create;
  handlers["task.destroy"] = destroy;
  handlers["task.cancel"] = cancel;
}

}  // namespace xenha::sim
