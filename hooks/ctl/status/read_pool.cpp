#include "hooks/ctl/status/read_pool.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "hooks/ctl/allowed_methods.h"
#include "hooks/ctl/status/daemon_words.h"
#include "hooks/situation/master_reading.h"
#include "hooks/situation/pool_access.h"
#include "lib/model/ha_messages.h"
#include "lib/xapi/ask.h"

namespace xenha::ctl {
namespace {

constexpr std::chrono::hours kMessagesOf{24};

/// HA messages of the last day. What cannot be read is left out: they only tell more of what is known anyway.
std::vector<PoolMessage> read_messages(const hooks::PoolAccess& access, const hooks::OpenSession& session,
                                       const model::PoolDb& db) {
  std::vector<PoolMessage> out;
  const model::PoolRecord* pool = db.pool();
  if (pool == nullptr) return out;
  const auto clocks = hooks::read_clocks(access, session, {pool->master});
  const auto offset =
      std::chrono::duration_cast<WallTime::duration>(clocks.empty() ? Duration{} : clocks.begin()->second);
  const WallTime since = access.line.clock.wall() + offset - kMessagesOf;
  const Result<xapi::Reply> reply = xapi::ask(access.line, {.endpoint = session.endpoint(),
                                                            .method = "message.get_since",
                                                            .params = {session.ref(), xapi::DateTime{since}},
                                                            .deadline = access.call_deadline(),
                                                            .may_repeat = true});
  if (!reply) return out;
  for (const xapi::Member& member : reply->answer.value->members) {
    const auto text = [&](const char* field) {
      const xapi::Value* value = member.value.find(field);
      return value == nullptr ? std::string() : std::string(value->text().value_or(""));
    };
    const std::string name = text("name");
    const xapi::Value* when = member.value.find("timestamp");
    if (when == nullptr || !when->time()) continue;
    if (std::find(model::kHaMessageNames.begin(), model::kHaMessageNames.end(), name) ==
        model::kHaMessageNames.end())
      continue;
    out.push_back({*when->time() - offset, name, text("obj_uuid")});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.at > b.at; });
  return out;
}

/// What carries the heartbeat; while HA is off, what would.
model::Ref heartbeat_of(const hooks::Look& look) {
  if (look.situation.ha_enabled == true) {
    const std::set<model::Ref> in_use = model::statefile_srs(look.db);
    if (!in_use.empty()) return *in_use.begin();
  }
  return look.sr_ref;
}

const hooks::CloudHostSituation* cloud_host(const hooks::Situation& s, const hooks::HostSituation& host) {
  if (!s.cloud) return nullptr;
  for (const hooks::CloudHostSituation& each : s.cloud->hosts)
    if (each.name == host.label) return &each;
  return nullptr;
}

/// While no master tells names, the exporter's memory does.
void name_hosts(hooks::Situation& s, const ExporterWord& exporter) {
  const auto rename = [&](std::string& label) {
    const auto known = exporter.name_of.find(label);
    if (known != exporter.name_of.end() && !known->second.empty()) label = known->second;
  };
  for (hooks::HostSituation& host : s.hosts) {
    rename(host.label);
    rename(host.believed_master);
  }
}

/// The kill switch is a file of the daemon's machine.
std::optional<bool> kill_switch(const CtlConfig& config) {
  if (!config::is_loopback(config.hooks_url.host)) return false;
  std::error_code problem;
  const auto type = std::filesystem::status(config.kill_switch_file, problem).type();
  if (type == std::filesystem::file_type::none) return std::nullopt;
  return type != std::filesystem::file_type::not_found;
}

}  // namespace

hooks::Look look_at(const CtlConfig& config, const CtlPool& pool, const hooks::Remembered& remembered,
                    const LookSettings& settings, http::Transport& transport, const Clock& clock,
                    const std::stop_token& interrupted) {
  const CtlCloud* cloud = config.cloud_of(pool);
  hooks::Observer observer(pool.reach, cloud == nullptr ? nullptr : &cloud->reach, transport, clock,
                           {.request_timeout = config.request_timeout,
                            .user_agent = "xenhactl/" XENHA_VERSION,
                            .originator = "xenhactl",
                            .methods = kAllowedMethods,
                            .also = settings.also});
  const std::stop_callback stop(interrupted, [&observer] { observer.stop(); });
  return observer.look(remembered, clock.steady() + settings.patience);
}

void read_pool(PoolStatus& status, const CtlConfig& config, const CtlPool& pool,
               const hooks::Remembered& remembered, http::Transport& transport, const Clock& clock,
               const std::stop_token& interrupted) {
  LookSettings settings;
  settings.also = [&status](const hooks::PoolAccess& access, const hooks::OpenSession& session,
                            const model::PoolDb& db) {
    status.messages = read_messages(access, session, db);
  };
  hooks::Look look = look_at(config, pool, remembered, settings, transport, clock, interrupted);
  hooks::Situation& s = look.situation;
  name_hosts(s, status.exporter);
  s.policy_known = true;
  s.kill_switch = kill_switch(config);
  s.journal = journal_of(status.hooks);
  hooks::Policy policy = config.policy;
  policy.mode = hooks::Mode::kAct;
  status.decision = hooks::decide_reenable_ha(s, s, policy);

  const model::Ref sr = heartbeat_of(look);
  const auto record = look.db.srs.find(sr);
  if (record != look.db.srs.end())
    status.heartbeat_sr = record->second.name_label.empty() ? record->second.uuid : record->second.name_label;
  for (hooks::HostSituation& host : s.hosts) {
    HostStatus out{.said = host};
    for (const model::Identity& member : look.members)
      if (member.uuid == host.uuid && !sr.empty() && !look.db.pbds.empty())
        out.heartbeat = model::attachment(look.db, sr, member.ref);
    if (const hooks::CloudHostSituation* cloud = cloud_host(s, host)) {
      out.cloud_state = cloud->state;
      out.cloud_resource_state = cloud->resource_state;
    } else if (const auto told = status.exporter.cloud_states.find(host.label);
               look.members.empty() && told != status.exporter.cloud_states.end()) {
      std::tie(out.cloud_state, out.cloud_resource_state) = told->second;
    }
    status.hosts.push_back(std::move(out));
  }
  for (PoolMessage& message : status.messages) {
    const auto about = std::find_if(s.hosts.begin(), s.hosts.end(), [&](const hooks::HostSituation& host) {
      return host.uuid == message.host;
    });
    message.host = about == s.hosts.end() ? "" : about->label;
  }
  const std::vector<std::string> masters = status.masters();
  if (const model::PoolRecord* pool_record = look.db.pool()) {
    status.ha_timeout = model::effective_timeout(*pool_record);
  }
  status.ha_timeout_expected = pool.reach.ha_timeout;
  status.cloudstack = pool.reach.cloudstack;
  status.situation = std::move(s);
  if (masters.size() == 1) status.master = masters.front();
}

}  // namespace xenha::ctl
