#include "hooks/ctl/render/json.h"
#include "hooks/ctl/status/screen.h"
#include "hooks/ctl/status/words.h"

namespace xenha::ctl {
namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json host_json(const HostStatus& host) {
  const hooks::HostSituation& said = host.said;
  const model::Attachment way = host.heartbeat.value_or(model::Attachment{});
  return {{"host", said.label},
          {"host_uuid", text_or_null(said.uuid)},
          {"version", text_or_null(said.version)},
          {"reachable", known(said.reachable)},
          {"claims_master", known(said.claims_master)},
          {"believed_master", text_or_null(said.believed_master)},
          {"emergency_mode", known(said.emergency)},
          {"login_failure", text_or_null(said.failure)},
          {"live", known(said.live)},
          {"enabled", known(said.enabled)},
          {"ha_armed", known(said.armed)},
          {"heartbeat_attached", known(way.attached)},
          {"heartbeat_paths_active", known(way.paths_active)},
          {"heartbeat_paths", known(way.paths)},
          {"cloudstack_state", text_or_null(host.cloud_state)},
          {"cloudstack_resource_state", text_or_null(host.cloud_resource_state)}};
}

/// A mark on the pool, also one whose time is over.
Json mark_json(const std::optional<hooks::Mark>& mark) {
  if (!mark) return nullptr;
  return {{"text", mark->text}, {"until_timestamp_seconds", known(mark->until)}};
}

Json hooks_json(const HooksWord& hooks) {
  if (!hooks.problem.empty()) return nullptr;
  Json out{{"mode", hooks.mode},
           {"acting", hooks.acting},
           {"open_alerts", hooks.open_alerts},
           {"verdict", nullptr},
           {"reason", nullptr},
           {"paused_until_timestamp_seconds", nullptr},
           {"gave_up", nullptr},
           {"last_attempt_timestamp_seconds", nullptr},
           {"last_attempt_outcome", nullptr}};
  if (hooks.evaluation) {
    out["verdict"] = hooks.evaluation->verdict;
    out["reason"] = hooks.evaluation->reason;
  }
  if (hooks.paused) out["paused_until_timestamp_seconds"] = known(hooks.paused->until);
  if (hooks.gave_up) out["gave_up"] = hooks.gave_up->reason;
  if (hooks.last_attempt) {
    out["last_attempt_timestamp_seconds"] = unix_seconds(hooks.last_attempt->at);
    out["last_attempt_outcome"] = text_or_null(hooks.last_attempt->outcome);
  }
  return out;
}

Json failovers_json(const ExporterWord& exporter) {
  if (!exporter.problem.empty()) return nullptr;
  Json out = Json::array();
  for (const OpenFailover& failover : exporter.failovers)
    out.push_back({{"id", failover.id},
                   {"host", failover.host},
                   {"role", failover.role},
                   {"lost_timestamp_seconds", unix_seconds(failover.lost_at)},
                   {"vms_running", failover.running},
                   {"vms_pending", failover.pending},
                   {"vms_not_protected", failover.not_protected},
                   {"vms_down", failover.down}});
  return out;
}

Json findings_json(const std::vector<Finding>& findings) {
  constexpr const char* kWords[] = {"bad", "warning", "note"};
  Json out = Json::array();
  for (const Finding& finding : findings)
    out.push_back({{"severity", kWords[static_cast<std::size_t>(finding.severity)]},
                   {"what", finding.what},
                   {"next", text_or_null(finding.next)},
                   {"command", text_or_null(finding.command)}});
  return out;
}

Json not_read(const PoolStatus& status) {
  Json out = status.situation.failed_reads;
  for (const std::string& problem : {status.exporter.problem, status.hooks.problem})
    if (!problem.empty()) out.push_back(problem);
  if (status.situation.cloud && !status.situation.cloud->problem.empty())
    out.push_back(status.cloudstack + ": " + status.situation.cloud->problem);
  return out;
}

}  // namespace

Json status_json(const PoolStatus& status, const std::vector<Finding>& findings) {
  const std::optional<hooks::GuardReport> first = objection(status.decision);
  Json hosts = Json::array(), messages = Json::array();
  for (const HostStatus& host : status.hosts) hosts.push_back(host_json(host));
  for (const PoolMessage& message : status.messages)
    messages.push_back({{"timestamp_seconds", unix_seconds(message.at)},
                        {"name", message.name},
                        {"host", text_or_null(message.host)}});
  return {{"pool", status.pool},
          {"timestamp_seconds", unix_seconds(status.now())},
          {"healthy", healthy(findings)},
          {"answers", status.anybody_answers()},
          {"findings", findings_json(findings)},
          {"ha",
           {{"enabled", known(status.situation.ha_enabled)},
            {"enabled_since_timestamp_seconds", known(status.exporter.ha_enabled_since)},
            {"disabled_since_timestamp_seconds",
             known(status.situation.audit.disabled_at ? status.situation.audit.disabled_at
                                                      : status.exporter.ha_disabled_since)},
            {"disabled_by", text_or_null(status.situation.audit.by)},
            {"timeout_seconds", known(status.ha_timeout)},
            {"heartbeat_sr", text_or_null(status.heartbeat_sr)}}},
          {"master", text_or_null(status.master)},
          {"masters", status.masters()},
          {"may_enable",
           {{"nothing_objects", !first.has_value()},
            {"reason", first ? Json(word(first->guard)) : Json(nullptr)},
            {"fact", first ? Json(first->fact) : Json(nullptr)}}},
          {"intent", mark_json(status.situation.intent)},
          {"paused", mark_json(status.situation.paused)},
          {"hosts", hosts},
          {"failovers_open", failovers_json(status.exporter)},
          {"hooks", hooks_json(status.hooks)},
          {"cloudstack_managed_state",
           status.situation.cloud ? text_or_null(status.situation.cloud->managed_state) : Json(nullptr)},
          {"messages", messages},
          {"not_read", not_read(status)}};
}

}  // namespace xenha::ctl
