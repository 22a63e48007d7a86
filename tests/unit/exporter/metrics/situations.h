// What can happen to a pool or a CloudStack, by name: one golden each.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"

namespace xenha::test {

struct Situation {
  std::string name;  ///< of the golden, letters, digits and _
  exporter::PoolSnapshot pool;
};
/// For GoogleTest, which would print the bytes.
inline void PrintTo(const Situation& situation, std::ostream* out) {
  *out << situation.name;
}

const std::vector<Situation>& situations();

struct CloudSituation {
  std::string name;
  exporter::CloudSnapshot cloud;
};
inline void PrintTo(const CloudSituation& situation, std::ostream* out) {
  *out << situation.name;
}

const std::vector<CloudSituation>& cloud_situations();

/// Every optional of a snapshot has a value: the pool that gives every metric there is of a pool, and its
/// CloudStack likewise.
exporter::PoolSnapshot pool_with_everything();
exporter::CloudSnapshot cloud_with_everything();

}  // namespace xenha::test
