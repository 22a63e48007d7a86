#include "hooks/ctl/status/daemon_words.h"

#include <cmath>

#include "hooks/ctl/render/json.h"

namespace xenha::ctl {
namespace {

const Json& named(const Json& list, const char* key, const std::string& name) {
  static const Json kNone = Json::object();
  for (const Json& each : list)
    if (text_at(each, key) == name) return each;
  return kNone;
}

int count_at(const Json& json, const char* key) {
  return static_cast<int>(std::lround(number_at(json, key).value_or(0)));
}

std::vector<std::string> texts_at(const Json& json, const char* key) {
  std::vector<std::string> out;
  for (const Json& each : list_at(json, key))
    if (each.is_string()) out.push_back(each.get<std::string>());
  return out;
}

OpenFailover open_failover(const Json& json) {
  OpenFailover out{
      .id = text_at(json, "id"),
      .host = text_at(json, "host"),
      .role = text_at(json, "role"),
      .lost_at = time_at(at(json, "loss"), "last_contact_timestamp_seconds").value_or(WallTime{})};
  const Json& phases = at(json, "phases");
  out.surely_lost = at(phases, "host_declared_dead").is_object() ||
                    at(phases, "cloudstack_host_down").is_object() || bool_at(json, "rebooted") == true;
  const Json& vms = at(json, "vms");
  out.running = count_at(vms, "running");
  out.pending = count_at(vms, "pending");
  out.not_protected = count_at(vms, "not_protected");
  for (const Json& victim : list_at(json, "victims")) {
    if (text_at(victim, "state") != "pending") continue;
    const std::string shown = text_at(victim, "display_name");
    out.down.push_back(text_at(victim, "name") + (shown.empty() ? "" : " (" + shown + ")"));
  }
  return out;
}

HooksWord::Evaluation evaluation(const Json& json) {
  return {time_at(json, "timestamp_seconds").value_or(WallTime{}), text_at(json, "verdict"),
          text_at(json, "reason"), text_at(json, "fact")};
}

}  // namespace

ExporterWord exporter_word(const Json& pools, const Json& failovers, const std::string& pool) {
  ExporterWord out;
  const Json& mine = named(list_at(pools, "pools"), "name", pool);
  if (mine.empty()) {
    out.problem = "it does not watch this pool";
    return out;
  }
  const Json& ha = at(mine, "ha");
  out.ha_enabled = bool_at(ha, "enabled");
  out.ha_disabled_since = time_at(ha, "disabled_since_timestamp_seconds");
  out.ha_enabled_since = time_at(ha, "enabled_since_timestamp_seconds");
  out.last_success = time_at(mine, "last_success_timestamp_seconds");
  out.master = text_at(mine, "master");
  for (const Json& host : list_at(mine, "hosts")) {
    const std::string label = text_at(host, "host");
    if (const std::string address = text_at(host, "address"); !address.empty()) out.name_of[address] = label;
    if (const std::string state = text_at(host, "cloudstack_state"); !state.empty())
      out.cloud_states[label] = {state, text_at(host, "cloudstack_resource_state")};
  }
  for (const Json& failover : list_at(failovers, "failovers"))
    if (text_at(failover, "pool") == pool && text_at(failover, "outcome") == "open")
      out.failovers.push_back(open_failover(failover));
  return out;
}

HooksWord hooks_word(const Json& pools, const std::string& pool) {
  HooksWord out;
  out.mode = text_at(pools, "mode");
  out.policies = count_at(pools, "policies");
  const Json& mine = named(list_at(pools, "pools"), "pool", pool);
  if (mine.empty()) {
    out.problem = "it does not know this pool";
    return out;
  }
  out.acting = bool_at(mine, "acting") == true;
  out.open_alerts = static_cast<int>(list_at(mine, "open_alerts").size());
  if (const Json& json = at(mine, "evaluation"); json.is_object()) out.evaluation = evaluation(json);
  if (const Json& json = at(mine, "gave_up"); json.is_object()) out.gave_up = evaluation(json);
  if (const Json& json = at(mine, "paused"); json.is_object())
    out.paused = HooksWord::Hold{text_at(json, "reason"), text_at(json, "who"),
                                 time_at(json, "until_timestamp_seconds")};
  if (const Json& json = at(mine, "last_attempt"); json.is_object()) {
    const std::string code = text_at(json, "error_code"), text = text_at(json, "error");
    out.last_attempt =
        HooksWord::Attempt{time_at(json, "timestamp_seconds").value_or(WallTime{}), text_at(json, "outcome"),
                           code + (code.empty() || text.empty() ? "" : ": ") + text};
  }
  out.last_success = time_at(mine, "last_success_timestamp_seconds");
  out.attempts_last_day = count_at(mine, "attempts_last_day");
  out.seen_on = time_at(at(mine, "remembered"), "seen_timestamp_seconds");
  return out;
}

hooks::Remembered remembered_by_hooks(const Json& pools, const std::string& pool) {
  hooks::Remembered out;
  const Json& kept = at(named(list_at(pools, "pools"), "pool", pool), "remembered");
  if (!kept.is_object()) return out;
  out.pool_uuid = text_at(kept, "pool_uuid");
  out.members = texts_at(kept, "members");
  out.last_good_sr_uuid = text_at(kept, "sr_uuid");
  out.last_good_sr_name = text_at(kept, "sr_name");
  if (const auto timeout = number_at(kept, "timeout_seconds"))
    out.last_good_timeout = static_cast<int>(std::lround(*timeout));
  out.last_seen_on = time_at(kept, "seen_timestamp_seconds");
  out.masters_since = texts_at(kept, "masters_since");
  return out;
}

hooks::JournalSituation journal_of(const HooksWord& word) {
  hooks::JournalSituation out;
  if (word.gave_up) out.latched = word.gave_up->reason + ": " + word.gave_up->fact;
  if (word.paused) out.paused = hooks::Mark{word.paused->reason, word.paused->until};
  if (word.last_attempt) {
    out.last_attempt = word.last_attempt->at;
    if (word.last_attempt->outcome.empty()) out.unfinished = "an attempt runs";
  }
  out.last_success = word.last_success;
  out.attempts_last_day = word.attempts_last_day;
  return out;
}

}  // namespace xenha::ctl
