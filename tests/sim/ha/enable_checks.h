// What pool.enable_ha demands before it starts, in the order in which it complains.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world/world.h"

namespace xenha::sim {

struct EnablePlan {
  std::string sr;
  std::string statefile, metadata;  ///< VDIs; "" = to be created
  int timeout = 60;
};

/// The operation that runs in the pool as an error, e.g. HA_ENABLE_IN_PROGRESS; absent when none does.
/// From 7.0 on.
std::optional<Failure> other_operation(const Database& db);
/// Checks 7 to 16; fills in the SR and its VDIs.
std::optional<Failure> check_enable(const Site& site, const Database& db, const std::vector<std::string>& srs,
                                    EnablePlan& plan);
/// Check 18: the timeout of the configuration, of pool.other_config, or 60.
std::optional<Failure> choose_timeout(const Database& db, EnablePlan& plan);

}  // namespace xenha::sim
