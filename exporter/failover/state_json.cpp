#include "exporter/failover/state_json.h"

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "exporter/failover/closing.h"
#include "exporter/kept_json.h"

namespace xenha::exporter {
namespace {

using nlohmann::json;

constexpr std::array kLifeWords{"answers", "alive", "silent"};

// ---- plain values ----

json to_json(WallTime when) {
  return unix_seconds(when);
}
template <class T>
json to_json(const std::optional<T>& value) {
  if (!value) return nullptr;
  if constexpr (std::is_same_v<T, WallTime>) {
    return to_json(*value);
  } else {
    return *value;
  }
}

const json& at(const json& object, const char* key) {
  static const json kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

WallTime to_time(const json& value) {
  const double epoch = value.get<double>();
  if (!is_reasonable_time(epoch)) throw Damage("a time is beyond reason");
  return WallTime(std::chrono::microseconds(std::llround(epoch * 1e6)));
}
std::optional<WallTime> optional_time(const json& value) {
  if (value.is_null()) return std::nullopt;
  return to_time(value);
}
std::optional<bool> optional_bool(const json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<bool>();
}
std::string text(const json& object, const char* key) {
  const json& value = at(object, key);
  return value.is_null() ? std::string() : value.get<std::string>();
}
bool flag(const json& object, const char* key) {
  return optional_bool(at(object, key)).value_or(false);
}
std::uint64_t to_count(const json& value) {
  return value.is_null() ? 0 : value.get_ref<const json::number_unsigned_t&>();
}
int small_count(const json& value) {
  const std::uint64_t count = to_count(value);
  if (count > 1'000'000) throw Damage("a count is beyond reason");
  return static_cast<int>(count);
}
const json& array(const json& value) {
  static const json kNone = json::array();
  if (value.is_null()) return kNone;
  if (!value.is_array()) throw Damage("a list is none");
  return value;
}

template <class Enum, class Words>
const char* word(const Words& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}
template <class Enum, class Words>
Enum from_word(const Words& words, const json& value) {
  const std::string& wanted = value.get_ref<const std::string&>();
  for (std::size_t index = 0; index < words.size(); ++index)
    if (wanted == words[index]) return static_cast<Enum>(index);
  throw Damage("an unknown word");
}

// ---- victims ----

json identity(const Victim& victim) {
  return {{"name", victim.name},
          {"display_name", victim.display_name},
          {"kind", word(model::kCloudVmKindWords, victim.kind)},
          {"cloud_id", victim.cloud_id},
          {"vm_uuid", victim.vm_uuid},
          {"zone_id", victim.zone_id},
          {"ha", to_json(victim.ha)},
          {"others", victim.others}};
}

json to_json(const Victim& victim) {
  json out = identity(victim);
  out.update({{"state", word(kVictimStateWords, victim.state)},
              {"left_running", to_json(victim.left_running)},
              {"stopped_xenserver", to_json(victim.stopped_xenserver)},
              {"running_xenserver", to_json(victim.running_xenserver)},
              {"running_cloudstack", to_json(victim.running_cloudstack)},
              {"source", victim.source ? json(word(kRunningSourceWords, *victim.source)) : json()},
              {"new_host", victim.new_host},
              {"replaced_by", victim.replaced_by},
              {"failed_attempts", victim.failed_attempts},
              {"started_by_operator", victim.started_by_operator}});
  return out;
}

Victim to_identity(const json& object) {
  Victim victim;
  victim.name = text(object, "name");
  victim.display_name = text(object, "display_name");
  victim.kind = from_word<model::CloudVmKind>(model::kCloudVmKindWords, at(object, "kind"));
  victim.cloud_id = text(object, "cloud_id");
  victim.vm_uuid = text(object, "vm_uuid");
  victim.zone_id = text(object, "zone_id");
  victim.ha = optional_bool(at(object, "ha"));
  for (const json& other : array(at(object, "others"))) victim.others.push_back(other.get<std::string>());
  return victim;
}

Victim to_victim(const json& object) {
  Victim victim = to_identity(object);
  victim.state = from_word<VictimState>(kVictimStateWords, at(object, "state"));
  victim.left_running = optional_time(at(object, "left_running"));
  victim.stopped_xenserver = optional_time(at(object, "stopped_xenserver"));
  victim.running_xenserver = optional_time(at(object, "running_xenserver"));
  victim.running_cloudstack = optional_time(at(object, "running_cloudstack"));
  if (const json& source = at(object, "source"); !source.is_null())
    victim.source = from_word<RunningSource>(kRunningSourceWords, source);
  victim.new_host = text(object, "new_host");
  victim.replaced_by = text(object, "replaced_by");
  victim.failed_attempts = small_count(at(object, "failed_attempts"));
  victim.started_by_operator = flag(object, "started_by_operator");
  if (victim.state == VictimState::kRunning && !victim.running()) throw Damage("a VM runs since never");
  return victim;
}

// ---- records and counters ----

json to_json(const FailoverRecord& record) {
  json phases = json::object(), victims = json::array();
  for (std::size_t phase = 0; phase < kFailoverPhases; ++phase)
    if (record.phases[phase]) phases[kFailoverPhaseWords[phase]] = to_json(*record.phases[phase]);
  for (const Victim& victim : record.victims) victims.push_back(to_json(victim));
  return {{"id", record.id},
          {"pool", record.pool},
          {"host_uuid", record.host_uuid},
          {"host", record.host},
          {"role", word(kFailoverRoleWords, record.role)},
          {"ha_enabled", to_json(record.ha_enabled)},
          {"last_contact", to_json(record.last_contact)},
          {"first_failure", to_json(record.first_failure)},
          {"phases", std::move(phases)},
          {"new_master", record.new_master},
          {"back", to_json(record.back)},
          {"rebooted", to_json(record.rebooted)},
          {"closed", to_json(record.closed)},
          {"outcome", word(kFailoverOutcomeWords, record.outcome)},
          {"somebody_restarts", record.somebody_restarts},
          {"victims", std::move(victims)}};
}

/// No latency is negative.
void check_order(const FailoverRecord& record) {
  const auto check = [&](const std::optional<WallTime>& when) {
    if (when && *when < record.last_contact) throw Damage("a time lies before its loss");
  };
  check(record.first_failure);
  for (const std::optional<WallTime>& when : record.phases) check(when);
  for (const Victim& victim : record.victims) {
    check(victim.left_running);
    check(victim.running_xenserver);
    check(victim.running_cloudstack);
  }
}

FailoverRecord to_record(const json& object) {
  FailoverRecord record;
  record.id = text(object, "id");
  record.pool = text(object, "pool");
  record.host_uuid = text(object, "host_uuid");
  record.host = text(object, "host");
  record.role = from_word<FailoverRole>(kFailoverRoleWords, at(object, "role"));
  record.ha_enabled = optional_bool(at(object, "ha_enabled"));
  record.last_contact = to_time(at(object, "last_contact"));
  record.first_failure = to_time(at(object, "first_failure"));
  const json& phases = at(object, "phases");
  for (std::size_t phase = 0; phase < kFailoverPhases; ++phase)
    record.phases[phase] = optional_time(at(phases, kFailoverPhaseWords[phase]));
  record.new_master = text(object, "new_master");
  record.back = optional_time(at(object, "back"));
  record.rebooted = optional_bool(at(object, "rebooted"));
  record.closed = optional_time(at(object, "closed"));
  record.outcome = from_word<FailoverOutcome>(kFailoverOutcomeWords, at(object, "outcome"));
  record.somebody_restarts = flag(object, "somebody_restarts");
  for (const json& victim : array(at(object, "victims"))) record.victims.push_back(to_victim(victim));
  if (record.closed.has_value() == (record.outcome == FailoverOutcome::kOpen))
    throw Damage("a failover is open and closed at once");
  check_order(record);
  return record;
}

json to_json(const FailoverHistogram& histogram) {
  return {{"counts", histogram.counts}, {"sum", histogram.sum}};
}

FailoverHistogram to_histogram(const json& object) {
  FailoverHistogram histogram;
  const json& counts = array(at(object, "counts"));
  if (counts.size() != histogram.counts.size()) throw Damage("a histogram has other buckets");
  for (std::size_t bucket = 0; bucket < counts.size(); ++bucket)
    histogram.counts[bucket] = to_count(counts[bucket]);
  histogram.sum = at(object, "sum").get<double>();
  if (!std::isfinite(histogram.sum) || histogram.sum < 0) throw Damage("a sum is beyond reason");
  return histogram;
}

json to_json(const FailoverBook& book) {
  json open = json::array(), closed = json::array(), outcomes = json::array();
  json phases = json::array(), latencies = json::array();
  for (const FailoverRecord& record : book.open) open.push_back(to_json(record));
  for (const FailoverRecord& record : book.closed) closed.push_back(to_json(record));
  for (const auto& [key, count] : book.outcomes)
    outcomes.push_back({{"role", word(kFailoverRoleWords, key.first)},
                        {"outcome", word(kFailoverOutcomeWords, key.second)},
                        {"count", count}});
  for (const auto& [key, histogram] : book.phase_seconds)
    phases.push_back({{"role", word(kFailoverRoleWords, key.first)},
                      {"phase", word(kFailoverPhaseWords, key.second)},
                      {"seconds", to_json(histogram)}});
  for (const auto& [key, histogram] : book.vm_restart_latency)
    latencies.push_back({{"vm_kind", word(model::kCloudVmKindWords, key.first)},
                         {"seen_by", word(kSeenByWords, key.second)},
                         {"seconds", to_json(histogram)}});
  return {{"open", std::move(open)},
          {"closed", std::move(closed)},
          {"suspicions", book.suspicions},
          {"outcomes", std::move(outcomes)},
          {"phase_seconds", std::move(phases)},
          {"vm_restart_latency", std::move(latencies)}};
}

FailoverBook to_book(const json& object) {
  FailoverBook book;
  for (const json& record : array(at(object, "open"))) {
    book.open.push_back(to_record(record));
    if (book.open.back().closed) throw Damage("an open failover is closed");
  }
  for (const json& record : array(at(object, "closed"))) {
    book.closed.push_back(to_record(record));
    if (!book.closed.back().closed) throw Damage("a closed failover is open");
  }
  book.suspicions = to_count(at(object, "suspicions"));
  for (const json& entry : array(at(object, "outcomes")))
    book.outcomes[{from_word<FailoverRole>(kFailoverRoleWords, at(entry, "role")),
                   from_word<FailoverOutcome>(kFailoverOutcomeWords, at(entry, "outcome"))}] =
        to_count(at(entry, "count"));
  for (const json& entry : array(at(object, "phase_seconds")))
    book.phase_seconds[{from_word<FailoverRole>(kFailoverRoleWords, at(entry, "role")),
                        from_word<FailoverPhase>(kFailoverPhaseWords, at(entry, "phase"))}] =
        to_histogram(at(entry, "seconds"));
  for (const json& entry : array(at(object, "vm_restart_latency")))
    book.vm_restart_latency[{from_word<model::CloudVmKind>(model::kCloudVmKindWords, at(entry, "vm_kind")),
                             from_word<FailoverBook::SeenBy>(kSeenByWords, at(entry, "seen_by"))}] =
        to_histogram(at(entry, "seconds"));
  return book;
}

// ---- baselines ----

json to_json(const Signs& signs) {
  return {{"last", word(kLifeWords, signs.last)},
          {"silent", signs.silent},
          {"first_silent", to_json(signs.first_silent)},
          {"good_since", to_json(signs.good_since)},
          {"claims", signs.claims},
          {"claims_since", to_json(signs.claims_since)},
          {"names_master", signs.names_master},
          {"stream_broken", to_json(signs.stream_broken)},
          {"live", to_json(signs.live)},
          {"dead_since", to_json(signs.dead_since)},
          {"boot_time", to_json(signs.boot_time)},
          {"told", to_json(signs.told)},
          {"planned", signs.planned},
          {"cloud_state", signs.cloud_state},
          {"cloud_since", to_json(signs.cloud_since)},
          {"down_alert", to_json(signs.down_alert)},
          {"unwell_alert", to_json(signs.unwell_alert)},
          {"cloud_planned", signs.cloud_planned}};
}

Signs to_signs(const json& object) {
  Signs signs;
  signs.last = from_word<ProbeSight::Life>(kLifeWords, at(object, "last"));
  signs.silent = small_count(at(object, "silent"));
  signs.first_silent = optional_time(at(object, "first_silent"));
  signs.good_since = optional_time(at(object, "good_since"));
  signs.claims = small_count(at(object, "claims"));
  signs.claims_since = optional_time(at(object, "claims_since"));
  signs.names_master = text(object, "names_master");
  signs.stream_broken = optional_time(at(object, "stream_broken"));
  signs.live = optional_bool(at(object, "live"));
  signs.dead_since = optional_time(at(object, "dead_since"));
  signs.boot_time = optional_time(at(object, "boot_time"));
  signs.told = optional_time(at(object, "told"));
  signs.planned = flag(object, "planned");
  signs.cloud_state = text(object, "cloud_state");
  signs.cloud_since = optional_time(at(object, "cloud_since"));
  signs.down_alert = optional_time(at(object, "down_alert"));
  signs.unwell_alert = optional_time(at(object, "unwell_alert"));
  signs.cloud_planned = flag(object, "cloud_planned");
  return signs;
}

json to_json(const Baseline& host) {
  json vms = json::array();
  for (const Victim& vm : host.vms) vms.push_back(identity(vm));
  return {{"host_uuid", host.host_uuid},
          {"host", host.host},
          {"master", host.master},
          {"last_contact", to_json(host.last_contact)},
          {"boot_time", to_json(host.boot_time)},
          {"vms", std::move(vms)},
          {"reached", host.reached},
          {"suspected", to_json(host.suspected)},
          {"failover", host.failover},
          {"away", host.away},
          {"signs", to_json(host.signs)}};
}

Baseline to_baseline(const json& object) {
  Baseline host;
  host.host_uuid = text(object, "host_uuid");
  host.host = text(object, "host");
  host.master = flag(object, "master");
  host.last_contact = to_time(at(object, "last_contact"));
  host.boot_time = optional_time(at(object, "boot_time"));
  for (const json& vm : array(at(object, "vms"))) host.vms.push_back(to_identity(vm));
  host.reached = flag(object, "reached");
  host.suspected = optional_time(at(object, "suspected"));
  host.failover = text(object, "failover");
  host.away = flag(object, "away");
  host.signs = to_signs(at(object, "signs"));
  if (host.host_uuid.empty()) throw Damage("a host has no uuid");
  return host;
}

}  // namespace

json state_to_json(const StopwatchState& state) {
  json baselines = json::array(), started = json::object();
  for (const Baseline& host : state.baselines) baselines.push_back(to_json(host));
  for (const auto& [uuid, when] : state.started) started[uuid] = to_json(when);
  return {{"version", 1},
          {"book", to_json(state.book)},
          {"baselines", std::move(baselines)},
          {"ha_enabled", to_json(state.ha_enabled)},
          {"master_uuid", state.master_uuid},
          {"master_changed", to_json(state.master_changed)},
          {"started", std::move(started)}};
}

StopwatchState state_from_json(const json& document) {
  if (!document.is_object()) throw Damage("no JSON object");
  StopwatchState state;
  state.book = to_book(at(document, "book"));
  for (const json& host : array(at(document, "baselines"))) state.baselines.push_back(to_baseline(host));
  state.ha_enabled = optional_bool(at(document, "ha_enabled"));
  state.master_uuid = text(document, "master_uuid");
  state.master_changed = optional_time(at(document, "master_changed"));
  if (const json& started = at(document, "started"); !started.is_null()) {
    if (!started.is_object()) throw Damage("started is no object");
    for (const auto& [uuid, when] : started.items()) state.started[uuid] = to_time(when);
  }
  return state;
}

}  // namespace xenha::exporter
