// Commands that change something, and their asynchronous jobs.
#include <utility>

#include "tests/sim/cloud/alerts_events.h"
#include "tests/sim/cloud/api_call.h"
#include "tests/sim/cloud/host_agents.h"
#include "tests/sim/cloud/operations.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

CsJob& begin_job(Call& call, const char* type, const std::string& instance) {
  CsJob job;
  job.id = call.cloud.ids.uuid();
  job.command = "org.apache.cloudstack.api.command." + call.command.name;
  job.instance_type = type;
  job.instance_id = instance;
  job.account = call.account.number;
  job.created = call.cloud.now();
  call.cloud.jobs.push_back(std::move(job));
  return call.cloud.jobs.back();
}

void end_job(Cloud& cloud, CsJob& job, bool good, const Json& result) {
  job.status = good ? 1 : 2;
  job.result_code = good ? 0 : 530;
  job.result = result.dump(-1, ' ', false, Json::error_handler_t::replace);
  job.completed = cloud.now();
}

Json failure_of(const std::string& text) {
  return {{"errorcode", 530}, {"errortext", text}};
}

CsHost* host_param(Call& call) {
  return call.has("id") ? call.cloud.find_host(call.text("id")) : nullptr;
}

ApiFailure missing_id(const Call& call) {
  return {431,
          "Unable to execute API command " + lower_case(call.command.name) + " due to missing parameter id",
          9999};
}

/// An operation on a host whose job ends with the host's record.
Done host_job(Call& call, CsHost& host, std::string& job_id) {
  Cloud& cloud = call.cloud;
  CsJob& job = begin_job(call, "Host", host.id);
  job_id = host.job = job.id;
  return [&cloud, &job, &host](Outcome outcome) {
    host.job.clear();
    const bool good = outcome == Outcome::kGood;
    end_job(
        cloud, job, good,
        good ? Json{{"host", host_record(cloud, host, "")}} : failure_of("Failed: " + host.resource_state));
  };
}

Done vm_job(Call& call, CsVm& vm, std::string& job_id) {
  Cloud& cloud = call.cloud;
  CsJob& job = begin_job(call, "VirtualMachine", vm.id);
  job_id = vm.job = job.id;
  return [&cloud, &job, &vm, account = &call.account, command = &call.command](Outcome outcome) {
    vm.job.clear();
    const bool good = outcome == Outcome::kGood;
    const Call as_caller{cloud, *account, *command, {}};
    end_job(cloud, job, good,
            good ? Json{{"virtualmachine", vm_record(as_caller, vm, "")}} : failure_of("Operation failed"));
  };
}

/// The job that could not begin ends at once: the call itself is accepted.
ApiResult job_answer(Call& call, const std::string& job_id, const std::optional<std::string>& refusal) {
  if (refusal)
    for (CsJob& job : call.cloud.jobs)
      if (job.id == job_id) end_job(call.cloud, job, false, failure_of(*refusal));
  return Json{{"jobid", job_id}};
}

/// A job on a host that ends with the call. `act` says why it is refused, or nothing.
template <class Act>
ApiResult at_once(Call& call, Act act) {
  CsHost* host = host_param(call);
  if (!host) return missing_id(call);
  std::string job;
  const Done done = host_job(call, *host, job);
  const std::optional<std::string> refusal = act(*host);
  host->job.clear();
  if (!refusal) done(Outcome::kGood);
  return job_answer(call, job, refusal);
}

}  // namespace

ApiResult prepare_host_for_maintenance(Call& call) {
  CsHost* host = host_param(call);
  if (!host) return missing_id(call);
  std::string job;
  const Done done = host_job(call, *host, job);
  const auto refusal = prepare_maintenance(call.cloud, *host, call.account, done);
  if (refusal) host->job.clear();
  return job_answer(call, job, refusal);
}

ApiResult cancel_host_maintenance(Call& call) {
  return at_once(call, [&](CsHost& host) { return cancel_maintenance(call.cloud, host, call.account); });
}

ApiResult declare_host_as_degraded(Call& call) {
  return at_once(call, [&](CsHost& host) { return declare_degraded(call.cloud, host); });
}

ApiResult cancel_host_as_degraded(Call& call) {
  return at_once(call, [](CsHost& host) -> std::optional<std::string> {
    if (host.resource_state != "Degraded")
      return "Cannot cancel host degradation when resource state is " + host.resource_state;
    host.resource_state = "Enabled";
    return std::nullopt;
  });
}

ApiResult update_host(Call& call) {
  CsHost* host = host_param(call);
  if (!host) return missing_id(call);
  if (call.has("allocationstate")) {
    const bool enable = call.text("allocationstate") == "Enable";
    if (host->resource_state != (enable ? "Disabled" : "Enabled"))
      return ApiFailure{530, "No next resource state for host " + std::to_string(host->number) +
                                 " while current state is " + host->resource_state};
    host->resource_state = enable ? "Enabled" : "Disabled";
  }
  return Json{{"host", host_record(call.cloud, *host, "")}};
}

ApiResult update_cluster(Call& call) {
  CsCluster* cluster = call.has("id") ? call.cloud.find_cluster(call.text("id")) : nullptr;
  if (!cluster) return missing_id(call);
  if (call.has("allocationstate")) cluster->allocation_state = call.text("allocationstate");
  if (call.has("managedstate")) set_managed(call.cloud, *cluster, call.text("managedstate") == "Managed");
  return Json{{"cluster", cluster_record(call.cloud, *cluster)}};
}

ApiResult start_virtual_machine(Call& call) {
  CsVm* vm = call.has("id") ? call.cloud.find_vm(call.text("id")) : nullptr;
  if (!vm) return missing_id(call);
  if (!call.is_root() && vm->account != call.account.number)
    return ApiFailure{531, "Acct does not have permission to operate with resource"};
  CsHost* on = call.is_root() && call.has("hostid") ? call.cloud.find_host(call.text("hostid")) : nullptr;
  std::string job;
  const Done done = vm_job(call, *vm, job);
  const auto refusal = operator_start(call.cloud, *vm, call.account, on, done);
  if (refusal) vm->job.clear();
  return job_answer(call, job, refusal);
}

ApiResult stop_virtual_machine(Call& call) {
  CsVm* vm = call.has("id") ? call.cloud.find_vm(call.text("id")) : nullptr;
  if (!vm) return missing_id(call);
  if (!call.is_root() && vm->account != call.account.number)
    return ApiFailure{531, "Acct does not have permission to operate with resource"};
  std::string job;
  const Done done = vm_job(call, *vm, job);
  const auto refusal = operator_stop(call.cloud, *vm, call.account, call.flag("forced"), done);
  if (refusal) vm->job.clear();
  return job_answer(call, job, refusal);
}

ApiResult query_async_job_result(Call& call) {
  const Cloud& cloud = call.cloud;
  const std::string id = call.text("jobid");
  for (const CsJob& job : cloud.jobs) {
    if (job.id != id) continue;
    if (!call.is_root() && job.account != call.account.number) return ApiFailure{531, "Permission denied"};
    Json out = {{"jobid", job.id},
                {"cmd", job.command},
                {"accountid", cloud.account(job.account).id},
                {"userid", cloud.account(job.account).user_id},
                {"jobstatus", job.status},
                {"jobprocstatus", 0},
                {"jobresultcode", job.result_code},
                {"jobinstancetype", job.instance_type},
                {"jobinstanceid", job.instance_id},
                {"created", cloud.date(job.created)}};
    if (job.status != 0) {
      out["jobresulttype"] = "object";
      out["jobresult"] = Json::parse(job.result);
      if (cloud.rules.job_completed && job.completed) out["completed"] = cloud.date(*job.completed);
    }
    return out;
  }
  return ApiFailure{431,
                    "Unable to execute API command queryasyncjobresult due to invalid value. Invalid "
                    "parameter jobid value=" +
                        id,
                    9999};
}

}  // namespace xenha::sim::cloud
