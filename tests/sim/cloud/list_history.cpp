// Alerts and events, newest first.
#include "tests/sim/cloud/alerts_events.h"
#include "tests/sim/cloud/api_call.h"
#include "tests/sim/wire/codec.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

struct Moment {
  bool valid = true;
  std::optional<WallTime> when;
};

/// "2026-01-02", "2026-01-02 03:04:05" in the server's zone, or (4.11+) ISO with a numeric offset.
Moment moment_of(const Call& call, const char* param, const char* time_of_bare_date) {
  std::string text = call.text(param);
  if (text.empty()) return {};
  constexpr std::size_t kDate = 10;
  const bool zoned = text.size() > kDate && text[kDate] == 'T';
  if (zoned && call.cloud.rules.version < Version{4, 11, 0}) return {false, std::nullopt};
  if (zoned) {
    const auto when = parse_expires(text, false);
    return {when.has_value(), when};
  }
  if (text.size() == kDate) text += std::string(" ") + time_of_bare_date;
  if (text.size() != kDate + 9 || text[kDate] != ' ') return {false, std::nullopt};
  text[kDate] = 'T';
  const auto when = parse_iso8601(text);
  if (!when) return {false, std::nullopt};
  return {true, *when - std::chrono::minutes(call.cloud.spec.zone_minutes)};
}

bool visible(const Call& call, const CsEvent& event) {
  const CsAccount& owner = call.cloud.account(event.account);
  const std::string project = call.text("projectid");
  if (!call.is_root() && owner.domain != call.account.domain) return false;
  if (!call.wants("account", owner.name)) return false;
  const bool of_project = !owner.project_id.empty();
  if (project == "-1") return of_project || (call.cloud.rules.projects_with_listall && call.flag("listall"));
  if (of_project) return false;
  return call.flag("listall") || call.has("account") || event.account == call.account.number;
}

Json event_record(const Cloud& cloud, const CsEvent& event) {
  const CsAccount& owner = cloud.account(event.account);
  Json out = {{"id", event.id},
              {"username", event.user},
              {"type", event.type},
              {"level", event.level},
              {"description", event.description},
              {"account", owner.name},
              {"domainid", owner.domain_id},
              {"domain", owner.domain},
              {"created", cloud.date(event.created)},
              {"state", event.state}};
  if (!event.parent.empty()) out["parentid"] = event.parent;
  if (cloud.rules.event_resources && !event.resource_id.empty()) {
    out["resourceid"] = event.resource_id;
    out["resourcetype"] = event.resource_type;
    out["resourcename"] = event.resource_name;
  }
  if (cloud.rules.version >= Version{4, 19, 0}) out["archived"] = false;
  if (cloud.rules.version >= Version{4, 19, 2}) out["domainpath"] = owner.domain;
  return out;
}

}  // namespace

ApiResult list_alerts(Call& call) {
  const Cloud& cloud = call.cloud;
  Json rows = Json::array();
  for (auto at = cloud.alerts.rbegin(); at != cloud.alerts.rend(); ++at) {
    if (!call.wants("id", at->id) || !call.wants("type", std::to_string(at->type)) ||
        !call.matches_keyword({at->subject}))
      continue;
    Json out = {
        {"id", at->id}, {"type", at->type}, {"description", at->subject}, {"sent", cloud.date(at->sent)}};
    out["name"] = alert_name(at->type);
    if (call.wants("name", alert_name(at->type))) rows.push_back(std::move(out));
  }
  return rows;
}

ApiResult list_events(Call& call) {
  const Cloud& cloud = call.cloud;
  const bool by_resource =
      cloud.rules.event_resources && (call.has("resourceid") || call.has("resourcetype"));
  if (by_resource && !(call.has("resourceid") && call.has("resourcetype")))
    return wrong_param("resourceid and resourcetype must be given together");
  const Moment start = moment_of(call, "startdate", "00:00:00");
  const Moment end = moment_of(call, "enddate", "23:59:59");
  if (!start.valid || !end.valid)
    return wrong_param(
        "Unable to parse date for command listEvents, please pass dates in the format "
        "\"yyyy-MM-dd HH:mm:ss\" or \"yyyy-MM-dd\"");
  Json rows = Json::array();
  for (auto at = cloud.events.rbegin(); at != cloud.events.rend(); ++at) {
    if (!visible(call, *at) || !call.wants("id", at->id) || !call.wants("type", at->type) ||
        !call.wants("level", at->level) || !call.matches_keyword({at->type, at->description, at->level}))
      continue;
    if ((start.when && at->created < *start.when) || (end.when && at->created > *end.when)) continue;
    if (by_resource &&
        !(call.wants("resourceid", at->resource_id) && call.wants("resourcetype", at->resource_type)))
      continue;
    rows.push_back(event_record(cloud, *at));
  }
  return rows;
}

}  // namespace xenha::sim::cloud
