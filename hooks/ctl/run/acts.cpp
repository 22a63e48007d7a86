#include "hooks/ctl/run/acts.h"

#include "hooks/situation/cloud_reading.h"
#include "lib/cloudstack_operator/maintenance.h"
#include "lib/xapi_enable/enable_ha.h"
#include "lib/xapi_operator/host_calls.h"
#include "lib/xapi_operator/pool_calls.h"
#include "lib/xapi_operator/procedure_methods.h"

namespace xenha::ctl {
namespace {

/// It talks to every host, twice, before it answers.
constexpr std::chrono::minutes kNewMaster{2};

Result<std::string> at_once(const Status& status) {
  if (!status) return status.error();
  return std::string();
}

Error missing(const std::string& what) {
  return {ErrorCode::kBadConfig, what};
}

}  // namespace

Acts::Acts(const CtlPool& pool, const CtlCloud* cloud, http::Transport& transport, const Clock& clock,
           Duration timeout)
    : pool_(pool),
      cloud_(cloud),
      transport_(transport),
      clock_(clock),
      timeout_(timeout),
      client_(transport, clock, xapi::kProcedureMethods, "xenhactl", {}),
      line_{transport, client_, clock} {}

Result<xapi::Session> Acts::log_in(const Facts& facts) {
  if (facts.master_address.empty()) return missing("no host answers as master");
  return xapi::Session::log_in(line_, config::endpoint_of(pool_.reach, facts.master_address),
                               pool_.actor->username, pool_.actor->password, "xenhactl", soon());
}

Result<std::string> Acts::act(StepId step, const Facts& facts, const Position& position,
                              const HeartbeatChoice& heartbeat) {
  const HostFacts* host = facts.of_target();
  if (step == StepId::kEnterMaintenance || step == StepId::kLeaveMaintenance) return in_cloud(step, *host);
  if (step == StepId::kEmergencyDisable) return as_own_root(*host);
  Result<xapi::Session> session = log_in(facts);
  if (!session) return session.error();
  switch (step) {
    case StepId::kDisableHa:
      return xapi::start_disable_ha(*session, soon());
    case StepId::kEnableHa:
      return xapi::start_enable_ha(*session, heartbeat.sr_ref, heartbeat.timeout, soon());
    case StepId::kNewMaster: {
      const HostFacts* next = facts.host(position.new_master);
      if (next == nullptr) return missing("the host that was to become master is not in the pool any more");
      return at_once(xapi::designate_new_master(*session, next->ref, clock_.steady() + kNewMaster));
    }
    case StepId::kDisableHost:
      return at_once(xapi::disable_host(*session, host->ref, soon()));
    case StepId::kEnableHost:
      return at_once(xapi::enable_host(*session, host->ref, soon()));
    case StepId::kEvacuate:
      return xapi::start_evacuation(*session, host->ref, soon());
    case StepId::kReboot:
      return xapi::start_reboot(*session, host->ref, soon());
    case StepId::kShutdown:
      return xapi::start_shutdown(*session, host->ref, soon());
    default:
      return missing("this step makes no call");
  }
}

Result<std::string> Acts::in_cloud(StepId step, const HostFacts& host) {
  if (cloud_ == nullptr || !cloud_->actor || !host.cloud) return missing("CloudStack is left out");
  cloudstack::Server server = hooks::server_of(cloud_->reach);
  server.keys = {cloud_->actor->api_key.text, cloud_->actor->secret_key.text};
  cloudstack::Maintenance maintenance(transport_, clock_, std::move(server), timeout_);
  return step == StepId::kEnterMaintenance ? maintenance.prepare(host.cloud->id)
                                           : maintenance.cancel(host.cloud->id);
}

Result<std::string> Acts::as_own_root(const HostFacts& host) {
  if (!pool_.reach.host_login)
    return missing("host_login is missing in the config file: only the host's own root may");
  const config::Credential& root = *pool_.reach.host_login;
  Result<xapi::Session> local = xapi::Session::log_in_locally(
      line_, config::endpoint_of(pool_.reach, host.address), root.username, root.password, soon());
  if (!local) return local.error();
  return at_once(
      xapi::emergency_ha_disable(*local, xapi::emergency_form(host.api_major, host.api_minor), soon()));
}

Status Acts::mark(const Facts& facts, const char* key, const std::string& text) {
  Result<xapi::Session> session = log_in(facts);
  if (!session) return session.error();
  return xapi::set_pool_mark(*session, facts.pool_ref, key, text, soon());
}

Status Acts::unmark(const Facts& facts, const char* key) {
  Result<xapi::Session> session = log_in(facts);
  if (!session) return session.error();
  return xapi::remove_pool_mark(*session, facts.pool_ref, key, soon());
}

void Acts::forget_task(const Facts& facts, const std::string& task) {
  if (Result<xapi::Session> session = log_in(facts)) xapi::destroy_task(*session, task, soon());
}

}  // namespace xenha::ctl
