// What can happen to a pool, by name: one golden each.
#pragma once

#include <ostream>
#include <string>
#include <vector>

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

/// Every optional of a snapshot has a value: the pool that gives every metric there is.
exporter::PoolSnapshot pool_with_everything();

}  // namespace xenha::test
