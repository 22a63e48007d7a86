// One host as the stop-watch follows it: who ran there when all was well, and the signs of trouble since. A
// plain value: it is persisted, so that a restart of the exporter in the middle of a suspicion forgets
// nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/failover/record.h"
#include "exporter/failover/sights.h"
#include "lib/base/clock.h"

namespace xenha::exporter {

/// What each source said last of one host.
struct Signs {
  // Direct probes.
  ProbeSight::Life last = ProbeSight::Life::kAnswers;
  int silent = 0;                         ///< silent probes in a row
  std::optional<WallTime> first_silent;   ///< end of the first of them
  std::optional<WallTime> good_since;     ///< answers as a member without a gap since
  int claims = 0;                         ///< probes in a row in which it claimed the master's role
  std::optional<WallTime> claims_since;   ///< end of the first of them
  std::string names_master;               ///< uuid of the host that it follows
  std::optional<WallTime> stream_broken;  ///< of the master's events, and it has not answered since
  // The master's word.
  std::optional<bool> live;
  std::optional<WallTime> dead_since;  ///< live=false since
  std::optional<WallTime> boot_time;   ///< newest
  std::optional<WallTime> told;        ///< when the master last spoke of it
  bool planned = false;
  // CloudStack.
  std::string cloud_state;               ///< Up, Down, ...; empty unknown
  std::optional<WallTime> cloud_since;   ///< that state was first seen
  std::optional<WallTime> down_alert;    ///< newest of A1-A3
  std::optional<WallTime> unwell_alert;  ///< newest of A4, A5
  bool cloud_planned = false;
  bool operator==(const Signs&) const = default;
};

struct Baseline {
  std::string host_uuid, host;
  bool master = false;
  WallTime last_contact;              ///< began of the newest probe with a sign of life
  std::optional<WallTime> boot_time;  ///< when all was well
  std::vector<Victim> vms;            ///< running there when all was well, by name
  /// Probes have reached it once. Of a host that they never reached, XenServer's word stands for the contact.
  bool reached = true;
  std::optional<WallTime> suspected;  ///< since; kept while its failover is open and it is not back
  std::string failover;               ///< id of the open record that waits for its death or return
  /// Gone, and either told already or in order: nothing opens before it is well again.
  bool away = false;
  Signs signs;
  bool operator==(const Baseline&) const = default;
};

}  // namespace xenha::exporter
