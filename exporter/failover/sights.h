// What the stop-watch is told, each with the time at which it was true. Sights of different sources may come
// in any order; those of one source come in the order of their times.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::exporter {

/// One finished direct probe of one host.
struct ProbeSight {
  std::string host_uuid;  ///< never empty: a host that was never identified is not told
  std::string host;       ///< label
  WallTime began, ended;  ///< of the probe
  enum class Life {
    kAnswers,  ///< its toolstack gave an answer, whatever it says
    kAlive,    ///< the kernel does (connection refused, or TLS and then nothing): the toolstack is down
    kSilent,   ///< no sign of life
  } life = Life::kAnswers;
  bool claims_master = false;
  std::string names_master;  ///< uuid of the host that it follows; empty: none, or somebody unknown
};

/// The master's word, as a whole: told when something of it changed, and at least once a minute.
struct XenSight {
  WallTime at;
  std::string master_uuid;
  std::optional<bool> ha_enabled;
  struct Host {
    std::string uuid, label;
    std::optional<bool> live, enabled;
    std::optional<WallTime> boot_time, agent_start;
    bool planned = false;  ///< maintenance by the mark xenha:intent or by XenServer
  };
  std::vector<Host> hosts;
  struct Vm {
    std::string uuid, name;
    bool running = false;                 ///< power_state Running (or Paused)
    std::string host_uuid;                ///< resident_on; empty = none
    bool protected_by_xenserver = false;  ///< it restarts it itself: ha_restart_priority
  };
  std::vector<Vm> vms;  ///< no templates, snapshots, control domains
};

/// The event stream of the pool's master broke. Only a sign, never enough alone.
struct StreamSight {
  WallTime at;
  std::string host_uuid;  ///< the master that was followed
};

}  // namespace xenha::exporter
