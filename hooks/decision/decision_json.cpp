#include "hooks/decision/decision_json.h"

#include <nlohmann/json.hpp>

namespace xenha::hooks {
namespace {

using Json = nlohmann::ordered_json;

Json guards(const Decision& decision) {
  Json out = Json::array();
  for (const GuardReport& report : decision.guards)
    out.push_back({{"name", word(report.guard)}, {"state", word(report.state)}, {"fact", report.fact}});
  return out;
}

/// null when it is not known.
template <class T>
Json known(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json time(const std::optional<WallTime>& when) {
  return when ? Json(unix_seconds(*when)) : Json(nullptr);
}

Json host(const HostSituation& host) {
  return {{"host", host.label},
          {"reachable", known(host.reachable)},
          {"claims_master", known(host.claims_master)},
          {"believed_master", host.believed_master},
          {"emergency", known(host.emergency)},
          {"live", known(host.live)},
          {"enabled", known(host.enabled)},
          {"armed", known(host.armed)},
          {"version", host.version}};
}

/// Names come from pools and may be any bytes: what is no UTF-8 is replaced, never an exception.
std::string text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string guards_json(const Decision& decision) {
  return text(guards(decision));
}

std::string explain_json(const std::string& pool, const Decision& decision) {
  return text({{"pool", pool},
               {"verdict", word(decision.verdict)},
               {"reason", word(decision.reason)},
               {"guards", guards(decision)}});
}

std::string situation_json(const Situation& s) {
  Json hosts = Json::array();
  for (const HostSituation& each : s.hosts) hosts.push_back(host(each));
  Json out{{"read_timestamp_seconds", time(s.oldest_read)},
           {"failed_reads", s.failed_reads},
           {"master_uuid", s.master_uuid},
           {"ha_enabled", known(s.ha_enabled)},
           {"operations", known(s.operations)},
           {"hosts", hosts},
           {"last_change_timestamp_seconds", time(s.last_change)},
           {"last_change", s.last_change_what},
           {"disabled_by_operator_timestamp_seconds", time(s.audit.disabled_at)},
           {"configured_sr", s.configured_sr},
           {"last_good_sr", s.last_good_sr}};
  if (s.sr)
    out["sr"] = {{"uuid", s.sr->uuid},
                 {"name", s.sr->name},
                 {"free_bytes", known(s.sr->free_bytes)},
                 {"required_bytes", known(s.sr->required_bytes)}};
  if (s.cloud) {
    Json states = Json::array();
    for (const CloudHostSituation& each : s.cloud->hosts)
      states.push_back({{"host", each.name}, {"state", each.state}, {"resource_state", each.resource_state}});
    out["cloudstack"] = {
        {"problem", s.cloud->problem}, {"managed_state", s.cloud->managed_state}, {"hosts", states}};
  }
  return text(out);
}

}  // namespace xenha::hooks
