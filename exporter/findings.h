// What is wrong with a pool, in sentences for the landing page and the JSON API. The alert rules decide what
// pages somebody; this says at a glance what there is to see right now.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::exporter {

enum class Severity {
  kCritical,
  kWarning,
  kInfo,  ///< worth knowing, but the pool is well
};
inline constexpr std::array kSeverityWords{"critical", "warning", "info"};

struct Finding {
  Severity severity = Severity::kWarning;
  std::string text;  ///< one sentence, plain text: names in it come from outside and are not escaped
  bool operator==(const Finding&) const = default;
};

/// Critical ones first, an open failover before what follows from it, else in a fixed order. Pure: unknown
/// facts are no findings. `cloud`: the pool's CloudStack; null when it has none or nothing was read from it
/// yet.
std::vector<Finding> pool_findings(const PoolSnapshot& pool, const CloudSnapshot* cloud, WallTime now);

// Its parts about open failovers and CloudStack, in the order of looking.
std::vector<Finding> failover_findings(const PoolSnapshot& pool, WallTime now);
std::vector<Finding> cloud_findings(const PoolSnapshot& pool, const CloudSnapshot* cloud, WallTime now);

/// An age as a person says it: "40 s", "12 min", "5 h 20 min", "3 days". A negative one is "0 s".
std::string age_words(Duration age);

}  // namespace xenha::exporter
