#include "tests/sim/xapi/api_call.h"

#include <utility>

#include "tests/sim/world/timings.h"
#include "tests/sim/xapi/audit_log.h"
#include "tests/sim/xapi/spoil.h"

namespace xenha::sim {

ApiCall::ApiCall(World& world_, Host& host_, std::shared_ptr<Exchange> exchange_, Call wire_, bool json_)
    : world(world_), host(host_), exchange(std::move(exchange_)), wire(std::move(wire_)), json(json_) {
  async = wire.method.rfind("Async.", 0) == 0;
  method = async ? wire.method.substr(6) : wire.method;
}

ApiCall::~ApiCall() {
  if (finished_) return;
  if (log_number) world.log.finish(log_number, "closed");
  release_session();
}

std::string ApiCall::text(std::size_t index) const {
  return index < params.size() && params[index].is_string() ? params[index].get<std::string>()
                                                            : std::string();
}

void ApiCall::send(std::string document) {
  if (answered_) return;
  answered_ = true;
  send_or_spoil(*this, std::move(document));
}

void ApiCall::succeed(Json value) {
  if (finished_) return;
  static const Type* const any = type_of("string");
  const Type& type = def && def->result ? *def->result : *any;
  if (!task_.empty()) end_task(nullptr, value);
  if (!answered_) {
    const Release as = host.site->release;
    send(json ? encode_json_success(wire, type, value, as) : encode_success(type, value, as));
  }
  finish("Success");
}

void ApiCall::succeed_bare(const Type& type, const Json& value) {
  const Release as = host.site->release;
  send(json ? encode_json_success(wire, type, value, as) : encode_bare(type, value, as));
  finish("Success");
}

void ApiCall::fail(Failure failure) {
  if (finished_) return;
  if (!task_.empty()) end_task(&failure, nullptr);
  if (!answered_) send(json ? encode_json_failure(wire, failure) : encode_failure(failure));
  finish(failure.description.front());
}

void ApiCall::fault(const std::string& text) {
  if (finished_) return;
  if (json)
    send(encode_json_failure(wire, sim::fail("INTERNAL_ERROR", text)));
  else
    send(encode_fault(1, text));
  finish("FAULT");
}

void ApiCall::abort() {
  if (finished_) return;
  if (!answered_) exchange->abort();
  answered_ = true;
  finish("closed");
}

/// A session with calls under way is never evicted.
void ApiCall::release_session() {
  if (has_session && kind == Session::Kind::kPool && master)
    if (Session* open = master->sessions.find(session)) --open->running_calls;
}

void ApiCall::finish(const std::string& outcome) {
  finished_ = true;
  if (log_number) world.log.finish(log_number, outcome);
  release_session();
  write_audit_line(*this, outcome);
}

const std::string& ApiCall::task() {
  if (!task_.empty() || !db) return task_;
  const std::string now = world.now_text(host);
  task_ = db->create("task", {{"name_label", wire.method},
                              {"created", now},
                              {"finished", "19700101T00:00:00Z"},
                              {"status", "pending"},
                              {"session", session},
                              {"resident_on", host.ref},
                              {"progress", 0.0},
                              {"type", "<none/>"},
                              {"allowed_operations", Json::array({"cancel"})}});
  return task_;
}

void ApiCall::progress(double fraction) {
  if (!task_.empty()) db->set("task", task_, "progress", fraction);
}

void ApiCall::answer_with_task() {
  const std::string ref = task();
  static const Type* const task_type = type_of("task ref");
  const Release as = host.site->release;
  send(json ? encode_json_success(wire, *task_type, ref, as) : encode_success(*task_type, ref, as));
  world.log.finish(log_number, "pending");
}

void ApiCall::end_task(const Failure* failure, const Json& value) {
  db->set("task", task_, "finished", world.now_text(host));
  db->set("task", task_, "progress", 1.0);
  db->set("task", task_, "allowed_operations", Json::array());
  if (failure) {
    db->set("task", task_, "error_info", failure->description);
    db->set("task", task_, "status", "failure");
  } else {
    std::string result;
    if (value.is_string())
      result = "<value>" + value.get<std::string>() + "</value>";
    else if (value.is_array()) {
      result = "<value><array><data>";
      for (const Json& item : value)
        result += "<value>" + (item.is_string() ? item.get<std::string>() : item.dump()) + "</value>";
      result += "</data></array></value>";
    }
    db->set("task", task_, "result", result);
    db->set("task", task_, "status", "success");
  }
  world.clock.after(timings::kTaskKept, [kept = db, ref = task_] { kept->destroy("task", ref); });
}

}  // namespace xenha::sim
