// What is wrong with a pool, in sentences for the landing page and the JSON API. The alert rules decide what
// pages somebody; this says at a glance what there is to see right now.
#pragma once

#include <string>
#include <vector>

#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::exporter {

enum class Severity { kCritical, kWarning };

struct Finding {
  Severity severity = Severity::kWarning;
  std::string text;  ///< one sentence, plain text: names in it come from XenServer and are not escaped
  bool operator==(const Finding&) const = default;
};

/// Critical ones first, else in a fixed order. Pure: unknown facts are no findings.
std::vector<Finding> pool_findings(const PoolSnapshot& pool, WallTime now);

/// An age as a person says it: "40 s", "12 min", "5 h 20 min", "3 days". A negative one is "0 s".
std::string age_words(Duration age);

}  // namespace xenha::exporter
