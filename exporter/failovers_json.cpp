#include "exporter/failovers_json.h"

#include <algorithm>
#include <charconv>

#include "exporter/failover_table.h"
#include "exporter/json_values.h"
#include "lib/base/minutes.h"

namespace xenha::exporter {
namespace {

using json::dump;
using json::Object;
using json::value_of;

/// A time as both readers want it: {"seconds": from the loss, "timestamp_seconds": ...}, or null.
Object moment(const FailoverRecord& record, const std::optional<WallTime>& when) {
  if (!when) return nullptr;
  Object out;
  out["seconds"] = seconds(*when - record.last_contact);
  out["timestamp_seconds"] = unix_seconds(*when);
  return out;
}

Object victim_json(const FailoverRecord& record, const Victim& victim) {
  Object out;
  out["name"] = victim.name;
  out["display_name"] = value_of(victim.display_name);
  out["vm_kind"] = model::kCloudVmKindWords[static_cast<std::size_t>(victim.kind)];
  out["cloudstack_id"] = value_of(victim.cloud_id);
  out["vm_uuid"] = value_of(victim.vm_uuid);
  out["ha"] = value_of(victim.ha);
  out["state"] = kVictimStateWords[static_cast<std::size_t>(victim.state)];
  out["left_running"] = moment(record, victim.left_running);
  out["running_xenserver"] = moment(record, victim.running_xenserver);
  out["running_cloudstack"] = moment(record, victim.running_cloudstack);
  out["source"] =
      victim.source ? Object(kRunningSourceWords[static_cast<std::size_t>(*victim.source)]) : Object(nullptr);
  out["new_host"] = value_of(victim.new_host);
  out["replaced_by"] = value_of(victim.replaced_by);
  out["failed_attempts"] = victim.failed_attempts;
  out["started_by_operator"] = victim.started_by_operator;
  return out;
}

Object table_json(const FailoverRecord& record) {
  Object out = Object::array();
  for (const FailoverRow& row : failover_table(record)) {
    Object item;
    item["phase"] = kFailoverPhaseWords[static_cast<std::size_t>(row.phase)];
    item["label"] = row.label;
    item["measured"] = row.measured ? Object(minutes_words(*row.measured)) : Object(nullptr);
    item["uncertainty_seconds"] = row.measured ? Object(seconds(record.uncertainty())) : Object(nullptr);
    item["published"] = row.published ? Object(minutes_words(*row.published)) : Object(nullptr);
    out.push_back(std::move(item));
  }
  return out;
}

Object failover_json(const FailoverRecord& record) {
  Object out;
  out["id"] = record.id;
  out["pool"] = record.pool;
  out["host"] = record.host;
  out["host_uuid"] = record.host_uuid;
  out["role"] = kFailoverRoleWords[static_cast<std::size_t>(record.role)];
  out["outcome"] = kFailoverOutcomeWords[static_cast<std::size_t>(record.outcome)];
  out["ha_enabled"] = value_of(record.ha_enabled);
  out["loss"]["last_contact_timestamp_seconds"] = unix_seconds(record.last_contact);
  out["loss"]["first_failure_timestamp_seconds"] = unix_seconds(record.first_failure);
  out["loss"]["uncertainty_seconds"] = seconds(record.uncertainty());
  for (std::size_t i = 0; i < kFailoverPhases; ++i)
    out["phases"][kFailoverPhaseWords[i]] = moment(record, record.phases[i]);
  out["new_master"] = value_of(record.new_master);
  out["back"] = moment(record, record.back);
  out["rebooted"] = value_of(record.rebooted);
  out["closed"] = moment(record, record.closed);
  out["table"] = table_json(record);
  const VictimCount count = count_victims(record);
  out["vms"]["running"] = count.running;
  out["vms"]["pending"] = count.pending;
  out["vms"]["not_protected"] = count.not_protected;
  out["vms"]["stayed"] = count.stayed;
  out["vms"]["stopped"] = count.stopped;
  out["victims"] = Object::array();
  for (const Victim& victim : record.victims) out["victims"].push_back(victim_json(record, victim));
  return out;
}

}  // namespace

std::optional<std::size_t> parse_limit(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

std::string failovers_json(const std::vector<std::shared_ptr<const PoolSnapshot>>& pools,
                           const FailoverQuery& query, WallTime now) {
  std::vector<const FailoverRecord*> found;
  const auto look_at = [&](const FailoverRecord& record) {
    if (query.ids.empty() || query.ids.contains(record.id)) found.push_back(&record);
  };
  for (const auto& pool : pools) {
    if (!pool->failovers || (!query.pools.empty() && !query.pools.contains(pool->name))) continue;
    for (const FailoverRecord& record : pool->failovers->open) look_at(record);
    for (const FailoverRecord& record : pool->failovers->closed) look_at(record);
  }
  std::stable_sort(found.begin(), found.end(), [](const FailoverRecord* a, const FailoverRecord* b) {
    return a->last_contact > b->last_contact;
  });
  if (found.size() > query.limit) found.resize(query.limit);
  Object out;
  out["timestamp_seconds"] = unix_seconds(now);
  out["failovers"] = Object::array();
  for (const FailoverRecord* record : found) out["failovers"].push_back(failover_json(*record));
  return dump(out);
}

}  // namespace xenha::exporter
