#include <algorithm>
#include <set>

#include "exporter/metrics/catalog.h"
#include "exporter/metrics/collect.h"

namespace xenha::exporter {
namespace {

using metrics::Families;
using metrics::Labels;

prometheus::ClientMetric::Histogram cumulative(const FailoverHistogram& counted) {
  prometheus::ClientMetric::Histogram histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < kFailoverBuckets.size(); ++i) {
    below += counted.counts[i];
    histogram.bucket.push_back({below, kFailoverBuckets[i]});
  }
  histogram.sample_count = below + counted.counts.back();
  histogram.sample_sum = counted.sum;
  return histogram;
}

/// What is counted under `key`, else nothing counted: series exist before their first event.
template <class Map>
typename Map::mapped_type counted(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

void collect_counts(Families& out, const std::string& pool, const FailoverBook& book) {
  out.add(catalog::kFailoverSuspicions, {{"pool", pool}}, book.suspicions);
  for (const FailoverRole role : {FailoverRole::kMaster, FailoverRole::kSlave}) {
    const char* role_word = kFailoverRoleWords[static_cast<std::size_t>(role)];
    for (const FailoverOutcome outcome : {FailoverOutcome::kRecovered, FailoverOutcome::kPartial,
                                          FailoverOutcome::kExpired, FailoverOutcome::kFalseAlarm})
      out.add(catalog::kFailovers,
              {{"pool", pool},
               {"role", role_word},
               {"outcome", kFailoverOutcomeWords[static_cast<std::size_t>(outcome)]}},
              counted(book.outcomes, {role, outcome}));
    for (std::size_t i = 0; i < kFailoverPhases; ++i) {
      const auto phase = static_cast<FailoverPhase>(i);
      if (role == FailoverRole::kSlave && phase == FailoverPhase::kMasterElected) continue;
      out.add(catalog::kFailoverPhaseSeconds,
              {{"pool", pool}, {"role", role_word}, {"phase", kFailoverPhaseWords[i]}},
              cumulative(counted(book.phase_seconds, {role, phase})));
    }
  }
  for (std::size_t kind = 0; kind < model::kCloudVmKindWords.size(); ++kind)
    for (std::size_t view = 0; view < kSeenByWords.size(); ++view)
      out.add(catalog::kVmRestartLatency,
              {{"pool", pool}, {"vm_kind", model::kCloudVmKindWords[kind]}, {"seen_by", kSeenByWords[view]}},
              cumulative(counted(book.vm_restart_latency, {static_cast<model::CloudVmKind>(kind),
                                                           static_cast<FailoverBook::SeenBy>(view)})));
}

void collect_open(Families& out, const std::string& pool, const FailoverBook& book) {
  std::set<std::pair<std::string, FailoverRole>> told;  // two hosts of one label would share a series
  std::array<int, model::kCloudVmKindWords.size()> pending{};
  std::optional<WallTime> oldest;
  for (const FailoverRecord& record : book.open) {
    if (told.emplace(record.host, record.role).second)
      out.add(catalog::kFailoverInProgress,
              {{"pool", pool},
               {"host", record.host},
               {"role", kFailoverRoleWords[static_cast<std::size_t>(record.role)]}},
              1);
    for (const Victim& victim : record.victims) {
      if (victim.state != VictimState::kPending) continue;
      ++pending[static_cast<std::size_t>(victim.kind)];
      oldest = std::min(oldest.value_or(record.last_contact), record.last_contact);
    }
  }
  for (std::size_t kind = 0; kind < pending.size(); ++kind)
    out.add(catalog::kVmRestartPending, {{"pool", pool}, {"vm_kind", model::kCloudVmKindWords[kind]}},
            pending[kind]);
  out.add(catalog::kVmRestartPendingOldest, {{"pool", pool}}, oldest);
}

void collect_newest(Families& out, const std::string& pool, const FailoverRecord& record) {
  for (std::size_t i = 0; i < kFailoverPhases; ++i)
    out.add(catalog::kFailoverLastPhase, {{"pool", pool}, {"phase", kFailoverPhaseWords[i]}},
            record.seconds_to(static_cast<FailoverPhase>(i)));
  out.add(catalog::kFailoverStartUncertainty, {{"pool", pool}}, record.uncertainty());
  out.add(catalog::kVmNotProtected, {{"pool", pool}},
          std::count_if(record.victims.begin(), record.victims.end(),
                        [](const Victim& victim) { return victim.state == VictimState::kNotProtected; }));
}

}  // namespace

std::vector<MetricFamily> collect_failovers(const PoolSnapshot& pool) {
  Families out;
  if (pool.failovers) {
    collect_counts(out, pool.name, *pool.failovers);
    collect_open(out, pool.name, *pool.failovers);
    if (const FailoverRecord* newest = pool.failovers->newest()) collect_newest(out, pool.name, *newest);
  }
  return std::move(out).take();
}

}  // namespace xenha::exporter
