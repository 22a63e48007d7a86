#include "hooks/metrics/collect.h"

#include <set>

#include "hooks/metrics/catalog.h"
#include "lib/metrics/families.h"

namespace xenha::hooks {
namespace {

using metrics::Families;

const std::string kAction(kEnablePoolHa);

template <class Map>
typename Map::mapped_type counted(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

void collect_alerts(Families& out, const Board::Counts& counts, const HooksSelf& self) {
  std::set<std::string> names{"other"};
  for (const AlertPolicy& policy : self.policies) names.insert(policy.alert);
  for (const auto& [key, count] : counts.alerts) names.insert(key.first);
  for (const std::string& name : names)
    for (const char* status : {"firing", "resolved"})
      out.add(catalog::kAlertsReceived, {{"alertname", name}, {"status", status}},
              counted(counts.alerts, {name, status}));
  out.add(catalog::kTruncatedAlerts, {}, counts.truncated_alerts);
}

void collect_decisions(Families& out, const Board::Shown& shown) {
  auto decisions = shown.counts.decisions;
  // So that rules see the first of those that ask for a person.
  for (const auto& [pool, board] : shown.pools)
    for (const Verdict verdict : {Verdict::kAct, Verdict::kWouldAct})
      decisions.try_emplace({pool, kAction, std::string(word(verdict)), std::string(word(Reason::kSafeToEnable))}, 0);
  for (const auto& [key, count] : decisions) {
    const auto& [pool, action, verdict, reason] = key;
    out.add(catalog::kDecisions,
            {{"pool", pool}, {"action", action}, {"verdict", verdict}, {"reason", reason}}, count);
  }
  for (const auto& [pool, board] : shown.pools) {
    if (!board.evaluation) continue;
    for (const GuardReport& report : board.evaluation->decision.guards)
      for (std::size_t state = 0; state < kGuardStateWords.size(); ++state)
        out.add(
            catalog::kGuardState,
            {{"pool", pool}, {"guard", std::string(word(report.guard))}, {"state", kGuardStateWords[state]}},
            static_cast<std::size_t>(report.state) == state);
  }
  for (const auto& [pool, board] : shown.pools) {
    out.add(catalog::kPaused, {{"pool", pool}}, board.paused);
    out.add(catalog::kGaveUp, {{"pool", pool}}, board.gave_up);
  }
}

void collect_actions(Families& out, const Board::Shown& shown) {
  for (const auto& [pool, board] : shown.pools) {
    for (const char* outcome : kOutcomeWords)
      out.add(catalog::kActions, {{"pool", pool}, {"action", kAction}, {"outcome", outcome}},
              counted(shown.counts.actions, {pool, kAction, outcome}));
    out.add(catalog::kActionInProgress, {{"pool", pool}, {"action", kAction}}, board.acting);
  }
  prometheus::ClientMetric::Histogram histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < Board::kActionBuckets.size(); ++i) {
    below += shown.counts.action_seconds.counts[i];
    histogram.bucket.push_back({below, Board::kActionBuckets[i]});
  }
  histogram.sample_count = below + shown.counts.action_seconds.counts.back();
  histogram.sample_sum = shown.counts.action_seconds.sum;
  out.add(catalog::kActionSeconds, {}, histogram);
  for (const auto& [key, at] : shown.counts.last_success)
    out.add(catalog::kLastSuccess, {{"pool", key.first}, {"action", key.second}}, at);
}

}  // namespace

std::vector<prometheus::MetricFamily> collect(const Board::Shown& shown, const HooksSelf& self) {
  Families out;
  collect_alerts(out, shown.counts, self);
  collect_decisions(out, shown);
  collect_actions(out, shown);
  constexpr std::array kModes{"dry-run", "act", "standby"};
  for (std::size_t mode = 0; mode < kModes.size(); ++mode)
    out.add(catalog::kMode, {{"mode", kModes[mode]}}, static_cast<std::size_t>(self.mode) == mode);
  out.add(catalog::kJournalErrors, {}, shown.counts.journal_errors);
  out.add(catalog::kBuildInfo, {{"version", XENHA_VERSION}}, 1);
  out.add(catalog::kConfigReloadSuccessful, {}, self.last_reload_successful);
  out.add(catalog::kConfigReloadSuccessTime, {}, self.last_reload_success);
  return std::move(out).take();
}

std::string metrics_page() {
  return metrics::catalog_page(
      "# Metrics of xenha-hooks\n\n"
      "Generated from `hooks/metrics/catalog.h`; change the text there.\n\n"
      "Times are Unix seconds, durations seconds. What is true or false is 1 or 0. An enumeration has one "
      "series for each "
      "value, exactly one of them 1.\n",
      catalog::groups());
}

}  // namespace xenha::hooks
