#include "hooks/ctl/doctor/read_facts.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "hooks/ctl/render/json.h"
#include "hooks/ctl/status/read_pool.h"
#include "hooks/situation/cloud_reading.h"
#include "hooks/situation/pool_access.h"
#include "lib/cloudstack/reader.h"
#include "lib/xapi/ask.h"
#include "lib/xapi/class_reader.h"
#include "lib/xapi/patches.h"

namespace xenha::ctl {
namespace {

constexpr const char* kRestarted =
    R"((field "ha_restart_priority" = "restart") or (field "ha_restart_priority" = "best-effort"))";

/// Read beside the records that every look reads.
struct Extra {
  std::optional<std::vector<std::string>> protected_vms;
  std::optional<std::map<model::Ref, model::VdiRecord>> vdis;  ///< of the heartbeat SR
  std::optional<std::set<model::Ref>> patched;  ///< hosts with the hotfix; absent on 7.1 and later
};

std::optional<model::PoolDb> read_where(const hooks::PoolAccess& access, const hooks::OpenSession& session,
                                        const std::string& event_class, const std::string& expression) {
  xapi::ClassReader reader(access.line.client, [&access] { return access.call_deadline(); });
  std::optional<xapi::ClassReader::Outcome> outcome;
  reader.read_where(session.endpoint(), session.ref(), event_class, expression,
                    [&outcome](xapi::ClassReader::Outcome got) { outcome = std::move(got); });
  while (!outcome && !access.over()) access.line.transport.poll(access.deadline);
  if (!outcome || outcome->error || !outcome->unread.empty()) return std::nullopt;
  return std::move(outcome->db);
}

/// The SR of the statefiles, else the configured one.
model::Ref heartbeat_sr(const model::PoolDb& db, const std::string& configured) {
  const std::set<model::Ref> refs = model::statefile_srs(db);
  if (!refs.empty()) return *refs.begin();
  for (const auto& [ref, sr] : db.srs)
    if (!configured.empty() && (sr.name_label == configured || sr.uuid == configured)) return ref;
  return {};
}

Result<xapi::Reply> records(const hooks::PoolAccess& access, const hooks::OpenSession& session,
                            const char* method) {
  return xapi::ask(access.line, {.endpoint = session.endpoint(),
                                 .method = method,
                                 .params = {session.ref()},
                                 .deadline = access.call_deadline(),
                                 .may_repeat = true});
}

void read_extra(Extra& out, const hooks::PoolAccess& access, const hooks::OpenSession& session,
                const model::PoolDb& db, const std::string& configured) {
  if (const auto vms = read_where(access, session, "vm", kRestarted)) {
    out.protected_vms.emplace();
    for (const auto& [ref, vm] : vms->vms)
      if (model::restarted_by_xenserver(vm)) out.protected_vms->push_back(vm.name_label);
    std::sort(out.protected_vms->begin(), out.protected_vms->end());
  }
  if (const model::Ref sr = heartbeat_sr(db, configured); !sr.empty())
    if (auto disks = read_where(access, session, "vdi", "field \"SR\" = \"" + sr + "\""))
      out.vdis = std::move(disks->vdis);
  const model::HostRecord* master = model::master_of(db);
  if (master == nullptr || master->api_major != 2 || master->api_minor > 5) return;
  const Result<xapi::Reply> of_hosts = records(access, session, "host_patch.get_all_records");
  if (!of_hosts) return;
  const Result<xapi::Reply> of_pool = records(access, session, "pool_patch.get_all_records");
  if (of_pool)
    out.patched = xapi::hosts_with_patch(*of_hosts->answer.value, *of_pool->answer.value, xapi::kHaHotfix);
}

/// One question to CloudStack after the other, each waited for.
class CloudQuestions {
 public:
  CloudQuestions(const config::CloudConfig& config, const Context& context, http::Transport& transport)
      : context_(context),
        transport_(transport),
        reader_(transport, context.clock, hooks::server_of(config), {},
                {.request_timeout = context.config.request_timeout}) {}

  CloudFacts ask(const hooks::CloudSituation& cluster) {
    CloudFacts out;
    const auto capabilities = wait<cloudstack::Capabilities>([&](auto done) { reader_.capabilities(done); });
    if (!capabilities) {
      out.problem = capabilities.error().message;
      return out;
    }
    out.version = capabilities->version;
    out.version_text = capabilities->version_text;
    const auto rows = wait<cloudstack::Listing<model::CloudConfiguration>>(
        [&](auto done) { reader_.configurations(done); });
    if (rows) out.settings = cloudstack::judge_settings(rows->items, out.version);
    const auto pools =
        wait<cloudstack::Listing<model::CloudStoragePool>>([&](auto done) { reader_.storage_pools(done); });
    if (pools) out.storage_pools = pools->items;
    if (!cluster.cluster_id.empty()) ask_cluster(out, cluster.cluster_id);
    return out;
  }

 private:
  void ask_cluster(CloudFacts& out, const std::string& cluster) {
    const auto hosts =
        wait<cloudstack::Listing<model::CloudHost>>([&](auto done) { reader_.hosts(cluster, done); });
    if (!hosts) return;
    out.hosts.emplace();
    std::set<std::string> ids;
    for (const model::CloudHost& host : hosts->items) {
      if (host.cluster_id != cluster || host.state == "Removed") continue;
      out.hosts->push_back(host);
      ids.insert(host.id);
    }
    // Up to some release the objects of projects are listed apart; listing them twice harms nobody.
    const bool in_one = out.version >= cloudstack::Version{4, 20, 0};
    const auto vms =
        wait<cloudstack::Listing<model::CloudVm>>([&](auto done) { reader_.user_vms({}, in_one, done); });
    if (!vms) return;
    out.user_vms = out.user_vms_with_ha = 0;
    for (const model::CloudVm& vm : vms->items) {
      if (vm.state != "Running" || !ids.contains(vm.host_id)) continue;
      ++*out.user_vms;
      if (vm.ha_enabled == true) ++*out.user_vms_with_ha;
    }
  }

  template <class T, class Start>
  Result<T> wait(Start start) {
    std::optional<Result<T>> answer;
    start(std::function<void(Result<T>)>([&answer](Result<T> got) { answer = std::move(got); }));
    // Every page has its own deadline, so this ends.
    while (!answer && !context_.interrupted.stop_requested())
      transport_.poll(context_.clock.steady() + std::chrono::seconds(1));
    if (answer) return *std::move(answer);
    reader_.cancel();
    return Error{ErrorCode::kTimeout, "interrupted"};
  }

  const Context& context_;
  http::Transport& transport_;
  cloudstack::Reader reader_;
};

std::optional<LastFailover> newest(const Json& failovers, const std::string& pool) {
  for (const Json& failover : list_at(failovers, "failovers")) {
    const std::string outcome = text_at(failover, "outcome");
    if (text_at(failover, "pool") != pool || outcome == "false_alarm") continue;
    return LastFailover{
        .id = text_at(failover, "id"),
        .host = text_at(failover, "host"),
        .outcome = outcome,
        .lost_at = time_at(at(failover, "loss"), "last_contact_timestamp_seconds").value_or(WallTime{}),
        .all_vms_seconds = number_at(at(at(failover, "phases"), "all_vms_running"), "seconds")};
  }
  return std::nullopt;
}

}  // namespace

DoctorFacts read_facts(const Context& context, const CtlPool& pool, const DaemonWords& daemons,
                       http::Transport& transport) {
  const config::PoolConfig& reach = pool.reach;
  DoctorFacts out;
  out.pool = reach.name;
  out.configured_sr = reach.heartbeat_sr;
  out.cloudstack = reach.cloudstack;
  out.ha_timeout_expected = reach.ha_timeout;
  out.has_actor = pool.has_actor;
  out.exporter = daemons.exporter_on(reach.name);
  out.hooks = daemons.hooks_on(reach.name);
  out.last_failover = newest(daemons.failovers, reach.name);

  Extra extra;
  LookSettings settings;
  settings.also = [&](const hooks::PoolAccess& access, const hooks::OpenSession& session,
                      const model::PoolDb& db) { read_extra(extra, access, session, db, out.configured_sr); };
  hooks::Look look = look_at(context.config, pool, daemons.remembered(reach.name), settings, transport,
                             context.clock, context.interrupted);
  out.situation = std::move(look.situation);
  out.db = std::move(look.db);
  out.members = std::move(look.members);
  out.heartbeat_sr = heartbeat_sr(out.db, out.configured_sr);
  out.heartbeat_in_use = out.situation.ha_enabled == true && !model::statefile_srs(out.db).empty();
  out.protected_vms = std::move(extra.protected_vms);
  out.all_vdis_read = extra.vdis.has_value();
  if (extra.vdis) out.db.vdis.merge(*extra.vdis);
  if (extra.patched) {
    out.hotfix.emplace();
    for (const model::Identity& member : out.members)
      (*out.hotfix)[member.label] = extra.patched->contains(member.ref);
  }
  if (const CtlCloud* cloud = context.config.cloud_of(pool))
    out.cloud = CloudQuestions(cloud->reach, context, transport)
                    .ask(out.situation.cloud.value_or(hooks::CloudSituation{}));
  return out;
}

}  // namespace xenha::ctl
